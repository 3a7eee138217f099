/** Audio for tests. */

/** MPEG 2 layer III, 32 kbit/s at 16 kHz. */
const FRAME_HEADER = [0xff, 0xf3, 0x48, 0xc4]
const FRAME_BYTES = 144

/** A silent MP3 with this many frames of 144 bytes. */
export const testMp3 = (frames: number): Buffer =>
  Buffer.concat(
    Array.from({ length: frames }, () =>
      Buffer.concat([Buffer.from(FRAME_HEADER), Buffer.alloc(FRAME_BYTES - FRAME_HEADER.length)]),
    ),
  )
