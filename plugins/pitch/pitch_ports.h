// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef PITCH_PORTS_H
#define PITCH_PORTS_H

// The control ports, in the order of the ttl; the audio ports come before them: 4, or 2 in the mono variant.

#define PITCH_URI "urn:deckhost:pitch"
#define PITCH_MONO_URI PITCH_URI ":mono"
#define PITCH_PLAIN_URI PITCH_URI ":plain" // stereo, its controls in no groups

typedef enum {
  PITCH_ENABLED,       ///< 0 or 1
  PITCH_SEMITONES,     ///< -12 .. 12
  PITCH_CENTS,         ///< -100 .. 100
  PITCH_ENGINE,        ///< PitchEngine
  PITCH_THRESHOLD,     ///< 0 .. 12 semitones
  PITCH_QUALITY,       ///< PitchQuality
  PITCH_FORMANT,       ///< 0 or 1
  PITCH_LATENCY_MODE,  ///< PitchLatencyMode
  PITCH_ACTIVE_ENGINE, ///< out: PITCH_ENGINE_RESAMPLER or PITCH_ENGINE_RUBBER_BAND
  PITCH_LATENCY,       ///< out: frames
  PITCH_PORTS
} PitchPort;

typedef enum { PITCH_ENGINE_AUTO, PITCH_ENGINE_RESAMPLER, PITCH_ENGINE_RUBBER_BAND } PitchEngine;
typedef enum { PITCH_QUALITY_FAST, PITCH_QUALITY_FINE } PitchQuality;
typedef enum { PITCH_LATENCY_CONSTANT, PITCH_LATENCY_LOWEST } PitchLatencyMode;

#endif
