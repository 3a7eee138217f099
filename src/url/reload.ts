/** Loads the page again from its address: for what this copy of the program cannot do any more. */
export const reloadPage = (): void => location.reload()
