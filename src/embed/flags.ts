/** The portal's settings for the framed page, read once from its address. */
export interface EmbedFlags {
  readonly theme: 'light' | 'dark' | 'system'
}

/** @param flags a query string; an invalid value gives the default. */
export function readEmbedFlags(flags: string): EmbedFlags {
  const theme = new URLSearchParams(flags).get('uiTheme')
  return { theme: theme === 'light' || theme === 'dark' ? theme : 'system' }
}
