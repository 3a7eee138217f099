/** The design's tokens: one neutral scale, one accent, one warning colour, each for light and dark. */
import type { Config } from 'tailwindcss'

const both = (light: string, dark: string): string => `light-dark(${light}, ${dark})`

export default {
  content: [],
  theme: {
    colors: {
      transparent: 'transparent',
      current: 'currentColor',
      canvas: both('#f4f5f7', '#0f1215'),
      surface: both('#ffffff', '#171b20'),
      raised: both('#ffffff', '#1f242b'),
      sunken: both('#eceef1', '#0b0d10'),
      hover: both('#f0f3f8', '#1e242c'),
      line: both('#dde1e6', '#2b323a'),
      edge: both('#818a95', '#77828e'),
      ink: both('#15191e', '#e9ecf0'),
      muted: both('#545e69', '#a3adb8'),
      accent: both('#1f56c3', '#8db2ff'),
      'accent-strong': both('#17449d', '#b3ccff'),
      'accent-soft': both('#e6eefc', '#1b2a47'),
      'on-accent': both('#ffffff', '#0b1526'),
      mark: both('#ffe58a', '#5c4a00'),
      warn: both('#8f4300', '#ffb866'),
      'warn-soft': both('#fdf1e3', '#33240f'),
    },
    fontFamily: {
      sans: 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif',
      mono: 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace',
    },
    screens: { md: '48rem', lg: '64rem', xl: '80rem' },
  },
} satisfies Config
