// The tone patterns: data, and how one is made. Milliseconds and hertz.
//
// From IEC 60601-1-8, tables 3 and 4, of which only these secondary sources could be read:
//   high: a burst of 10 pulses in two groups of 5, medium: 3, low: 1 or 2        NXP AN10875; Comen N10 manual
//   pulse between 150 and 1,000 Hz, at least 4 harmonics from 300 to 4,000 Hz within 15 dB of it
//                                                      PUI Audio's page on the standard; TI DAC53701 data sheet
//   pulses of 80 to 150 ms (high) and 130 to 200 ms (medium, low); 2.5 s and more between bursts of high and medium,
//   16 s between those of low: what TI DAC53701 offers for it
// Known but unchecked (the tables themselves are not public): high 75 to 200 ms, others 125 to 250 ms; 50 to 125 ms
// between pulses of high, 125 to 250 ms of others; twice that and a pulse between the 3rd and the 4th, 0.35 to 1.3 s
// between the 5th and the 6th; rise 10 to 20 % of the pulse; bursts 2.5 to 15 s (high) and 2.5 to 30 s (medium) apart.
// Whether a time counts from the foot or from 90 % of the slope is unchecked too: these figures hold either way.
// The standard has no pattern for technical conditions: ours is of the low kind, and falls.

export const HARMONICS = [1, 0.7, 0.5, 0.35, 0.3];
export const RISE = 0.15; // of the pulse; it falls as it rises
const PEAK = 0.8;

export const TONES = {
  high: { hz: [523], pulse: 150, gaps: [75, 75, 300, 75, 500, 75, 75, 300, 75], between: 5000 },
  medium: { hz: [440], pulse: 200, gaps: [150, 150], between: 12000 },
  tech: { hz: [440, 330], pulse: 200, gaps: [150], between: 16000 },
  low: { hz: [392], pulse: 200, gaps: [], between: null }, // once, then as a reminder
};

export function length(tone) {
  return (tone.gaps.reduce((sum, gap) => sum + gap, 0) + tone.pulse * (tone.gaps.length + 1)) / 1000;
}

// One burst as samples.
export function burst(context, tone) {
  const rate = context.sampleRate;
  const buffer = context.createBuffer(1, Math.ceil(length(tone) * rate), rate);
  const samples = buffer.getChannelData(0);
  const loudest = PEAK / HARMONICS.reduce((sum, part) => sum + part, 0);
  const long = Math.round((tone.pulse / 1000) * rate);
  const slope = Math.round(long * RISE);
  let from = 0;
  for (let pulse = 0; pulse <= tone.gaps.length; pulse += 1) {
    const turn = (2 * Math.PI * tone.hz[pulse % tone.hz.length]) / rate;
    for (let i = 0; i < long; i += 1) {
      let sum = 0;
      for (let h = 0; h < HARMONICS.length; h += 1) sum += HARMONICS[h] * Math.sin(turn * (h + 1) * i);
      samples[from + i] = sum * loudest * Math.min(1, i / slope, (long - i) / slope);
    }
    from += long + Math.round(((tone.gaps[pulse] ?? 0) / 1000) * rate);
  }
  return buffer;
}

// The pulse tone falls with SpO2: an octave for 20 %, never below 220 Hz.
export const beatHz = (spo2) => Math.max(220, 880 * 2 ** ((spo2 - 100) / 20));
