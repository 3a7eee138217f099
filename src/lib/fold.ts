/** Makes words comparable: `Lefèvre` is found by `lefevre`, and `America/New_York` by `new york`. */

/** The text in lower case, without accents, and with single spaces in place of underscores and runs of spaces. */
export const foldText = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[\s_]+/g, ' ')
    .trim()
