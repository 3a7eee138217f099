import { i18n, params } from './i18n.ts'

export const passwordText = i18n('password', {
  title: 'Change password',
  hint: 'You stay signed in here and are signed out everywhere else.',
  current: 'Current password',
  next: 'New password',
  repeat: 'Repeat new password',
  rule: params('At least {length} characters, and not one that many people use.'),
  submit: 'Change password',
  saving: 'Changing …',
  cancel: 'Cancel',
  close: 'Close',
  changed: 'Your password is changed.',
  missing: 'Enter your current password.',
  tooShort: params('Use at least {length} characters.'),
  differs: 'The two new passwords are not the same.',
  wrong: 'This is not your current password. Capital letters count.',
  weak: 'Use another password: not the current one, not your username, and not one that many people use.',
  unknown:
    'No usable answer came, so your password may have been changed or not. Try again: if the current one is refused, the new one holds.',
  signedOut: 'You were signed out. If your current password is refused now, the new one holds.',
  busy: 'Your password was not changed: it cannot be stored just now. Try again in a moment.',
  failed: 'Your password was not changed: something went wrong on the server.',
})
