/** Loads the page again from its address, when this copy of the program can no longer do what is needed. */
export const reloadPage = (): void => location.reload()
