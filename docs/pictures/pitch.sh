#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes docs/pictures/pitch.png: spectrograms of a chord and of a drum loop, before and after a shift of +3 semitones
# by the Resampler and by Rubber Band, from left to right.
#
#   docs/pictures/pitch.sh BUILD_DIR
#
# Needs sox, lv2proc and imagemagick, and the built plugins.

set -eu
if [ $# -ne 1 ]; then
  echo "usage: $0 BUILD_DIR" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
export LV2_PATH="$1/lv2"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pluck() { # FREQUENCY: a note of six harmonics, each softer
  sox -n -r 48000 -c 2 "$work/note-$1.wav" synth 4 sine "$1" synth sine mix $(($1 * 2)) synth sine mix $(($1 * 3)) gain -18
}
for f in 220 277 330 440; do
  pluck $f
done
sox -m "$work"/note-*.wav "$work/chord.wav" gain -n -6
sox -R -n -r 48000 -c 2 "$work/kick.wav" synth 0.25 sine 110-45 fade l 0 0.25 0.2 gain -6
sox -R -n -r 48000 -c 2 "$work/hat.wav" synth 0.25 whitenoise fade l 0 0.05 0.045 pad 0 0.2 trim 0 0.25 gain -12 highpass 5000
sox -R -n -r 48000 -c 2 "$work/snare.wav" synth 0.25 whitenoise fade l 0 0.12 0.1 pad 0 0.13 trim 0 0.25 gain -12
sox "$work/kick.wav" "$work/hat.wav" "$work/snare.wav" "$work/hat.wav" "$work/bar.wav"
sox "$work/bar.wav" "$work/drums.wav" repeat 3

for signal in chord drums; do
  lv2proc -i "$work/$signal.wav" -o "$work/$signal-resampler.wav" -c engine:1 -c semitones:3 urn:deckhost:pitch
  lv2proc -i "$work/$signal.wav" -o "$work/$signal-rubberband.wav" -c engine:2 -c semitones:3 urn:deckhost:pitch
  for version in "" -resampler -rubberband; do
    top=4k
    [ $signal = drums ] && top=20k
    sox "$work/$signal$version.wav" -n remix 1 rate $top trim 1 1.5 spectrogram -x 300 -y 201 -z 80 -r \
      -o "$work/$signal$version.png"
  done
done
for signal in chord drums; do
  convert "$work/$signal.png" "$work/$signal-resampler.png" "$work/$signal-rubberband.png" \
    -bordercolor gray -border 2 +append "$work/$signal-row.png"
done
convert "$work/chord-row.png" "$work/drums-row.png" -append -colors 64 "$here/pitch.png"
