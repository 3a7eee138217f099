/** Recognises MP3 files: consecutive frames of MPEG audio layer III, possibly after tags. */

/** kbit/s by the index in a frame's header. 0 is a free rate, for which players cannot compute a duration. */
const MPEG1_KBPS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
const MPEG2_KBPS = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
const MPEG1_HZ = [44_100, 48_000, 32_000]
/** Samples in one frame. */
const MPEG1_SAMPLES = 1152
const MPEG2_SAMPLES = 576

const HEADER_BYTES = 4
const TAG_BYTES = 10
/** Random bytes look like one header every few thousand bytes, but not like three at the right distances. */
const ENOUGH_FRAMES = 3
/** No frame is longer. A file that was cut out of a longer one may begin within a frame. */
const LONGEST_FRAME_BYTES = 2881

interface Frame {
  /** Bytes, with the header. */
  readonly length: number
  /** How long it sounds, ms. */
  readonly durationMs: number
}

/** @returns the frame whose header is at `at`, or null if there is no header. */
function readFrame(bytes: Uint8Array, at: number): Frame | null {
  const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + HEADER_BYTES)
  const [version, layer] = [(second >> 3) & 3, (second >> 1) & 3]
  // Version 1 is reserved, and 1 in the layer's bits means layer III.
  if (first !== 0xff || second >> 5 !== 7 || version === 1 || layer !== 1) return null
  const isMpeg1 = version === 3
  const kbps = (isMpeg1 ? MPEG1_KBPS : MPEG2_KBPS)[third >> 4]
  const mpeg1Hz = MPEG1_HZ[(third >> 2) & 3]
  if (!kbps || mpeg1Hz === undefined) return null
  // MPEG 2 halves the sample rate, and MPEG 2.5 (version 0) halves it again.
  const hz = isMpeg1 ? mpeg1Hz : mpeg1Hz / (version === 2 ? 2 : 4)
  const samples = isMpeg1 ? MPEG1_SAMPLES : MPEG2_SAMPLES
  const padding = (third >> 1) & 1
  const length = Math.floor(((samples / 8) * kbps * 1000) / hz) + padding
  return { length, durationMs: (samples * 1000) / hz }
}

/** Where the ID3v2 tags and their padding end. */
function afterTags(bytes: Uint8Array): number {
  let at = 0
  while (bytes[at] === 0x49 && bytes[at + 1] === 0x44 && bytes[at + 2] === 0x33) {
    // The length uses 7 bits of each byte, so that it never looks like a frame.
    const size = [6, 7, 8, 9].reduce((sum, index) => sum * 128 + ((bytes[at + index] ?? 0) & 0x7f), 0)
    const hasFooter = ((bytes[at + 5] ?? 0) & 0x10) !== 0
    at += TAG_BYTES + size + (hasFooter ? TAG_BYTES : 0)
  }
  while (bytes[at] === 0) at += 1
  return at
}

/** Whether three consecutive frames begin at `from`, or fewer that reach the end of the file. */
function isFrames(bytes: Uint8Array, from: number): boolean {
  let at = from
  for (let frames = 0; frames < ENOUGH_FRAMES; frames += 1) {
    const frame = readFrame(bytes, at)
    if (!frame) return false
    at += frame.length
    if (at === bytes.length) return true
  }
  return true
}

const WAVE = Buffer.from('RIFF')

/** @param bytes the whole file. */
export function isMp3(bytes: Uint8Array): boolean {
  // A WAV file may hold MPEG frames, but it would be served under the wrong name.
  if (WAVE.equals(bytes.subarray(0, WAVE.length))) return false
  const start = afterTags(bytes)
  for (let at = start; at <= start + LONGEST_FRAME_BYTES; at += 1) if (isFrames(bytes, at)) return true
  return false
}

/**
 * Reads a file of whole frames and nothing else, such as a tag.
 * @returns the frames in their order, or null if there is anything else or a frame was cut off.
 */
export function wholeFrames(bytes: Uint8Array): Frame[] | null {
  const frames: Frame[] = []
  let at = 0
  while (at < bytes.length) {
    const frame = readFrame(bytes, at)
    if (!frame) return null
    frames.push(frame)
    at += frame.length
  }
  return at === bytes.length ? frames : null
}
