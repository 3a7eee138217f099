/** The headers of every kind of answer. The default suits `/fw` and `/auth`; pages and files differ. */

export type Headers = Readonly<Record<string, string>>

/** No page of this host uses these, so they are closed to it and to any content injected into it. */
const closedFeatures = [
  'accelerometer',
  'camera',
  'display-capture',
  'encrypted-media',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'usb',
  'xr-spatial-tracking',
]
/** A portal grants these in the frame's `allow`, so they stay open to the page's own origin. */
const ownFeatures = ['autoplay', 'clipboard-write', 'fullscreen']

const permissionsPolicy = [
  ...closedFeatures.map((name) => `${name}=()`),
  ...ownFeatures.map((name) => `${name}=(self)`),
].join(', ')

/** Data: never stored, never rendered, never framed. */
export const dataHeaders: Headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

function pagePolicy(frameAncestors: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "media-src 'self' blob:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${frameAncestors}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

/** The page on its own: nobody may frame it. */
export const pageHeaders: Headers = {
  ...dataHeaders,
  'content-security-policy': pagePolicy("'none'"),
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': permissionsPolicy,
  'x-frame-options': 'DENY',
}

/**
 * The page under `/embed/…`. It has no `X-Frame-Options`, which takes no list. CORP stays `same-origin`, because it
 * does not decide who may frame a page.
 * @param origins the exact origins that may frame it. Empty means none.
 */
export function embedHeaders(origins: readonly string[]): Headers {
  const { 'x-frame-options': _, ...headers } = pageHeaders
  return { ...headers, 'content-security-policy': pagePolicy(origins.join(' ') || "'none'") }
}

/** Files with a hash in their name never change. */
export const hashedCache = 'public, max-age=31536000, immutable'
/** Other files may change with a release. Their ETag makes asking again cheap. */
export const plainCache = 'public, max-age=3600'

/** For answers over TLS. @param subdomains whether every name below the host's must use TLS too. */
export function strictTransport(subdomains: boolean): Headers {
  const year = 'max-age=31536000'
  return { 'strict-transport-security': subdomains ? `${year}; includeSubDomains` : year }
}
