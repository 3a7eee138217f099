/** Formats numbers for people. */

/** Writes `1,234,567`, without a formatter of the browser: see `zones.ts`. */
export const formatCount = (value: number): string => String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')

/** Writes `0.8 KB`, `24 KB` or `1.2 MB`; 1 KB is 1,000 bytes. */
export function formatBytes(bytes: number): string {
  const [value, unit] = bytes < 1_000_000 ? [bytes / 1000, 'KB'] : [bytes / 1_000_000, 'MB']
  return `${value.toLocaleString('en-GB', { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`
}
