import { count, i18n, params } from './i18n.ts'

export const pagerText = i18n('pager', {
  pages: 'Pages',
  first: 'First page',
  previous: 'Previous page',
  next: 'Next page',
  last: 'Last page',
  page: 'Page',
  ofPages: params('of {pages}'),
  noPage: count({
    one: 'There is only 1 page.',
    other: 'There are {count} pages. Type a number from 1 to {count}.',
  }),
  rows: 'Rows per page',
})

export const copyText = i18n('copying', {
  copyLink: 'Copy link',
  copied: 'Copied',
  failed: 'Could not copy',
})

export const shellText = i18n('shell', {
  product: 'Recordings Dashboard',
  skip: 'Skip to the recordings',
  zone: 'Time zone',
  account: 'Account',
  browserZone: params('{zone} (local)'),
  ownZone: '(local)',
  zones: count({ one: '1 zone', other: '{count} zones' }),
  moreZones: 'There are more. Type a city, a region or an offset such as +05:30.',
  noZone: 'No zone found. Type a city, a region or an offset such as +05:30.',
  theme: 'Theme',
  system: 'System',
  light: 'Light',
  dark: 'Dark',
  density: 'Density',
  comfortable: 'Comfortable',
  compact: 'Compact',
  changePassword: 'Change password',
  signOut: 'Sign out',
  signOutFailed: 'You are still signed in: the server could not be reached.',
  notFoundTitle: 'This page does not exist.',
  notFoundHint: 'The address may be mistyped, or from another version.',
  toRecordings: 'Go to the recordings',
  wrongVersion:
    'This portal asks for a version of the dashboard that does not exist here. It offers /embed/v1/.',
  crashTitle: 'This page stopped working.',
  crashHint: 'Your search is in the address and is kept.',
  missingTitle: 'This page could not be loaded.',
  missingHint: 'The server cannot be reached. Your search is in the address and is kept.',
  retry: 'Try again',
  replacedTitle: 'A new version is there.',
  replacedHint: 'Load the page again to go on. Your search is in the address and is kept.',
  dialogMissing: 'This could not be opened: the server cannot be reached.',
  signInMissing: 'You were signed out, and the sign-in could not be loaded: the server cannot be reached.',
  close: 'Close',
  reload: 'Load the page again',
  openTab: 'Open in new tab',
})
