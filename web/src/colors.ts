// The colours of people. Each carries white text at a contrast of at least 4.5 to 1 and stays
// visible as a cursor on light and dark paper.
export const kColors = [
  { name: 'Sea', value: '#0b7a75' },
  { name: 'Sky', value: '#1f6fb5' },
  { name: 'Iris', value: '#6554c0' },
  { name: 'Plum', value: '#a23b9c' },
  { name: 'Rose', value: '#c2385f' },
  { name: 'Rust', value: '#b5481e' },
  { name: 'Sand', value: '#8a6410' },
  { name: 'Moss', value: '#4c7a1d' },
] as const;

// What others send as their colour is not to be believed: it goes into styles.
export function safeColor(color: unknown): string {
  return typeof color === 'string' && /^#[0-9a-f]{6}$/i.test(color) ? color : '#64748b';
}
