#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes docs/pictures/graph.png: QjackCtl's graph of a running four-deck session, without a screen.
#
#   docs/pictures/graph.sh BUILD_DIR TRACK TRACK TRACK TRACK
#
# Needs xvfb, qjackctl, imagemagick, jackd2 and the built program.

set -eu
if [ $# -ne 5 ]; then
  echo "usage: $0 BUILD_DIR TRACK TRACK TRACK TRACK" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
program=$1/deckhost
shift

home=$(mktemp -d)
pids=
finish() {
  for pid in $pids; do
    kill "$pid" 2>/dev/null || true
  done
  sleep 1
  for pid in $pids; do
    kill -KILL "$pid" 2>/dev/null || true # QjackCtl asks whether it should really quit
    wait "$pid" 2>/dev/null || true
  done
  rm -rf "$home"
}
trap finish EXIT
trap 'exit 1' INT TERM

export JACK_DEFAULT_SERVER=deckhost-graph JACK_NO_AUDIO_RESERVATION=1
jackd -d dummy -r 48000 -p 1024 >"$home/jackd.log" 2>&1 &
pids="$! $pids"
sleep 1
"$program" --osc 0 --play "$@" >"$home/deckhost.log" 2>&1 &
pids="$! $pids"

# Without these QjackCtl asks questions, wants ALSA's sequencer, or shows ports by their plain names
mkdir -p "$home/config/rncbc.org" "$home/run"
cat >"$home/config/rncbc.org/QjackCtl.conf" <<CONF
[Options]
AlsaSeqEnabled=false
Singleton=false
StopJack=false
StartJack=false
JackClientPortMetadata=true
SystemTray=false

[Settings]
Server=jackd
ServerName=$JACK_DEFAULT_SERVER

[Geometry]
qjackctlGraphForm\\visible=true
qjackctlGraphForm\\x=0
qjackctlGraphForm\\y=0
qjackctlGraphForm\\width=960
qjackctlGraphForm\\height=720
CONF

display=$((100 + $$ % 400))
Xvfb ":$display" -screen 0 1280x900x24 >"$home/xvfb.log" 2>&1 &
pids="$! $pids"
sleep 1
DISPLAY=":$display" XDG_CONFIG_HOME="$home/config" XDG_RUNTIME_DIR="$home/run" \
  qjackctl >"$home/qjackctl.log" 2>&1 &
pids="$! $pids"
sleep 6

window=$(DISPLAY=":$display" xwininfo -root -tree | awk '/Graph/ { print $1; exit }')
if [ -z "$window" ]; then
  echo "$0: QjackCtl shows no graph window: $(tail -n 1 "$home/qjackctl.log")" >&2
  exit 1
fi
DISPLAY=":$display" import -window "$window" "$here/graph.png"
echo "wrote $here/graph.png"
