/**
 * Every figure that a part of the host keeps by itself, with its HELP line in `/metrics`. Figures with labels and
 * histograms are in `process/metrics.ts`, which adds a prefix to these names.
 */
export const figureHelp = {
  login_delayed_total:
    'Sign-ins that had to wait because the same user had typed wrong passwords from there.',
  login_refused_by_account_total:
    'Sign-ins refused without checking the password: too many wrong ones for that account.',
  login_refused_by_address_total:
    'Sign-ins refused without checking the password: too many wrong ones from that network.',
  login_refused_by_pace_total:
    'Sign-ins refused without checking the password: too many strangers tried in that second.',
  login_refused_by_wait_total:
    'Sign-ins refused without checking the password: too many tries of that user were waiting.',
  login_attempts_kept: '1 while wrong passwords are remembered over a restart, 0 while only in memory.',
  audit_writable: '1 while the audit log can be written. At 0 nothing is played, saved or exported.',
  audit_tampered: '1 once the audit log was changed under this running host. Run verify.',
  audit_sink_failing: '1 while the heads of the audit log cannot be kept in AUDIT_SINK.',
  audit_head_number: 'Number of the newest line of the audit log.',
  searches_running: 'Searches that the source is working on.',
  searches_waiting: 'Searches that wait for their turn.',
  password_checks_running: 'Passwords that the embedded store is checking.',
  password_checks_waiting: 'Passwords that wait for the embedded store to check them.',
  recorder_sockets: 'Open connections to the recorder.',
  recorder_requests_running: 'Questions that the recorder has not finished answering.',
  recorder_requests_queued: 'Questions that wait for a connection to the recorder.',
  recorder_breaker_open: '1 while the host asks the recorder nothing because it could not be reached.',
  recorder_reachable: '1 while the recorder answers, 0 while it cannot be reached.',
  recorder_spool_bytes: 'Bytes on disk that are taken for audio being listened to.',
  recorder_spool_recordings: 'Recordings whose audio is kept on disk while it is listened to.',
  recorder_spool_unwritable:
    '1 while audio is passed on without being kept, because the disk fails or is full.',
  certificate_expiry_timestamp_seconds:
    'When the first certificate of TLS_CERT expires, in seconds since 1970. A renewed one counts once it is in use.',
} as const

export type FigureName = keyof typeof figureHelp

/** Current figures. Those whose names end in `_total` only grow while the host runs. */
export type Figures = Readonly<Partial<Record<FigureName, number>>>
