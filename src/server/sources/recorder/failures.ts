/** What can go wrong between the host and the recorder, as problems that say what to do about it. */
import { errors } from 'undici'
import { Problem } from '../../../contract/problems.ts'
import { NotConnected } from './wire.ts'
import { codeOf } from '../../platform/code-of.ts'

/** The recorder's own 504, an open breaker or no connection. The search is not the cause; waiting is the remedy. */
export function recorderDown(retryAfterMs?: number): Problem {
  return new Problem({
    code: 'recorder_down',
    message: 'The recording service is down or cannot be reached. Try again in a moment.',
    retryAfterMs,
  })
}

/**
 * An answer that cannot be used. The message says what is wrong with it and never repeats it.
 * @param status the recorder's own, if it is passed on.
 */
export function recorderFailed(what: string, status?: 500 | 503): Problem {
  return new Problem({ status, code: 'recorder_failed', message: `The recorder ${what}.` })
}

/** Rows that do not answer the search. If they were shown, wrong calls would stand under a right heading. */
export function recorderMismatch(what: string): Problem {
  return new Problem({
    code: 'recorder_mismatch',
    message: `The recorder answered with other recordings than were asked for (${what}), so none is shown.`,
  })
}

/** The relay's own time limit, for a search as for a recording, its audio or a sign-in. */
export function recorderTimeout(): Problem {
  return new Problem({
    code: 'recorder_timeout',
    message: 'The recorder took longer than this host waits.',
  })
}

export function credentialsRefused(): Problem {
  return new Problem({
    code: 'signed_out',
    message: 'The recorder no longer accepts this password. Sign in again.',
  })
}

export function searchForbidden(): Problem {
  return new Problem({
    code: 'forbidden',
    message: 'The recorder does not let you search recordings: it takes “Call Recording Base Access”.',
  })
}

/** A 403 that says nothing about the password, because a wrong one gets it too. */
export function passwordNotChecked(): Problem {
  return recorderFailed(
    'or something before it refuses everybody (403), so your password could not be checked',
  )
}

/** The vendor's switch for users of single sign-on: they have a password, but may not use it here without it. */
export const SSO_SETTING = 'AllowBasicAuthForSsoUsersViaWebApi=1'

/** A refusal at sign-in. From here, a wrong password and a user of single sign-on look alike. */
export function refusedByRecorder(): Problem {
  return new Problem({
    code: 'refused_by_recorder',
    message: `The recorder refused this username and password. For users of single sign-on its administrator has to set ${SSO_SETTING}.`,
  })
}

function untrusted(code: string, cause: unknown): Problem {
  return new Problem(
    {
      code: 'recorder_untrusted',
      message: `The recorder’s certificate is not trusted (${code}). If it is of your own authority, set RECORDER_CA_FILE to that authority’s certificate.`,
    },
    { cause },
  )
}

/** OpenSSL's verdicts on a certificate, as codes of Node's errors (`tls`, X509 certificate error codes). */
const certificateCodes =
  /^(UNABLE_TO_\w+|CERT_\w+|\w*SELF_SIGNED\w*|DEPTH_ZERO_\w+|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|ERROR_IN_CERT\w+|CRL_\w+)$/

const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ETIMEDOUT',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** A name may resolve to several addresses, each with its own error. Any of them will do. */
function first(thrown: unknown): unknown {
  const error = thrown instanceof NotConnected ? thrown.cause : thrown
  return error instanceof AggregateError && codeOf(error) === '' ? error.errors[0] : error
}

/** The code that the system, Node or OpenSSL gave a failure; '' without a code. */
export const failureCode = (thrown: unknown): string => codeOf(first(thrown))

/** Whether the certificate is the reason for having no connection. */
export const isUntrusted = (error: unknown): boolean => certificateCodes.test(failureCode(error))

/** Turns an error of the connection or of HTTP into a problem; any other error is returned unchanged. */
export function explainFailure(thrown: unknown): unknown {
  const error = first(thrown)
  if (error instanceof Problem) return error
  const code = codeOf(error)
  if (certificateCodes.test(code)) return untrusted(code, error)
  if (connectCodes.has(code)) return recorderDown()
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) {
    return recorderTimeout()
  }
  if (error instanceof errors.HeadersOverflowError || code === 'HPE_HEADER_OVERFLOW')
    return recorderFailed('sent more headers than are read')
  if (error instanceof errors.HTTPParserError || code.startsWith('HPE_'))
    return recorderFailed('answered something that is no HTTP')
  if (error instanceof errors.UndiciError && !(error instanceof errors.InvalidArgumentError)) {
    return recorderFailed('broke the connection off')
  }
  return /^(E[A-Z]+|ERR_SSL_\w+|ERR_TLS_\w+)$/.test(code) ? recorderFailed('broke the connection off') : error
}
