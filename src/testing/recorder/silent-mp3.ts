/** Silent audio that a browser plays: real MPEG-1 Layer III frames, mono, 48 kHz, 32 kbit/s. */

export const FRAME_BYTES = 96
export const FRAME_MS = 24

const HEADER = [0xff, 0xfb, 0x14, 0xc0]
/** The offset after the header and 17 bytes of side information. These are zero, so no granule has data. */
const FREE_FROM = 21

/**
 * @param mark ASCII. It is written with the frame's number into the part of each frame that no decoder reads, so that
 * any two recordings, and any two places in one, have different bytes.
 */
export function silentMp3(frames: number, mark: string): Buffer {
  const audio = Buffer.alloc(frames * FRAME_BYTES)
  for (let frame = 0; frame < frames; frame += 1) {
    const at = frame * FRAME_BYTES
    audio.set(HEADER, at)
    audio.write(`${mark} ${frame}`, at + FREE_FROM, FRAME_BYTES - FREE_FROM, 'ascii')
  }
  return audio
}
