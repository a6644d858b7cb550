// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef EQ_EQ_PORTS_H
#define EQ_EQ_PORTS_H

// The ports of the equaliser.  Audio first: in_left in_right out_left out_right, or in out in the mono variant; then
// the controls, in this order in both.  Symbols, ranges and meanings are a public contract; ttl/eq.lv2/eq.ttl.in says
// the same.

#define EQ_URI "urn:deckhost:eq"
#define EQ_MONO_URI EQ_URI ":mono"
#define EQ_PLAIN_URI EQ_URI ":plain" // stereo, its controls in no groups

#define EQ_AUDIO_PORTS 4
#define EQ_MONO_AUDIO_PORTS 2

//  name, symbol, minimum, maximum, default
#define EQ_CONTROL_LIST(X)                                                                                             \
  X(ENABLED, "enabled", 0, 1, 1)               /* toggle; off is bit-transparent */                                    \
  X(MODE, "mode", 0, 1, 0)                     /* EqMode */                                                            \
  X(LOW, "low", -40, 12, 0)                    /* dB; the lowest is silence in Isolator mode */                        \
  X(MID, "mid", -40, 12, 0)                    /* dB */                                                                \
  X(HIGH, "high", -40, 12, 0)                  /* dB */                                                                \
  X(KILL_LOW, "kill_low", 0, 1, 0)             /* toggle: silence in Isolator, -40 dB in Tone mode */                  \
  X(KILL_MID, "kill_mid", 0, 1, 0)             /* toggle */                                                            \
  X(KILL_HIGH, "kill_high", 0, 1, 0)           /* toggle */                                                            \
  X(LOW_FREQ, "low_freq", 40, 1000, 200)       /* Hz: shelf's corner, or lower crossover */                            \
  X(MID_FREQ, "mid_freq", 200, 8000, 1000)     /* Hz: bell's centre */                                                 \
  X(MID_Q, "mid_q", 0.3, 4, 0.7)               /* bell's Q */                                                          \
  X(HIGH_FREQ, "high_freq", 1000, 16000, 4000) /* Hz: shelf's corner, or upper crossover */                            \
  X(GAIN, "gain", -24, 12, 0)                  /* dB, of all */

typedef enum {
#define EQ_CONTROL_ENUM(name, symbol, min, max, def) EQ_##name,
  EQ_CONTROL_LIST(EQ_CONTROL_ENUM)
#undef EQ_CONTROL_ENUM
    EQ_CONTROLS
} EqControl;

typedef enum { EQ_TONE, EQ_ISOLATOR } EqMode;

/// Q of both shelves.
#define EQ_SHELF_Q 0.7

#endif
