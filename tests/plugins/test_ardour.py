# SPDX-License-Identifier: GPL-3.0-or-later
# The plugins in Ardour, without a screen: a session with a track, noise and a plugin on it; the track is bounced
# behind the plugin, and what comes out is what we make of the same noise ourselves, sample by sample.

import os
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'support'))

import plugin  # noqa: E402

FRAMES = 30000
GAIN = 0.2 / 2147483648.0 # of a number of 32 bits to a sample

NOISE = """
ardour { ["type"] = "dsp", name = "Noise for a test", license = "GPL", author = "deckhost", description = "Noise" }
function dsp_ioconfig () return { { audio_in = -1, audio_out = -1 } } end
local seed = { 1, 2 }
function dsp_run (ins, outs, n)
  for c = 1, #outs do
    local samples = outs[c]:array ()
    for i = 1, n do
      seed[c] = (seed[c] * 1664525 + 1013904223) & 0xffffffff
      samples[i] = ((seed[c] ~ 0x80000000) - 0x80000000) * GAIN
    end
  end
end
"""

SCRIPT = """
AudioEngine:set_backend ("None (Dummy)", "", "")
local s = create_session ("FOLDER/session", "deckhost", 48000)
assert (s, "no session")
AudioEngine:stop (false) -- else it runs the track, too, before it is bounced
local settings = { SETTINGS }
for _, set in ipairs (settings) do
  local tracks = s:new_audio_track (set.channels, set.channels, nil, 1, set.name, ARDOUR.PresentationInfo.max_order,
                                    ARDOUR.TrackMode.Normal, true, false)
  local proc = ARDOUR.LuaAPI.new_plugin (s, set.uri, ARDOUR.PluginType.LV2, "")
  assert (not proc:isnil (), set.uri .. " does not open")
  local insert = proc:to_insert ()
  for control, value in ipairs (set.controls) do -- first, or the plugin glides there from its defaults
    assert (ARDOUR.LuaAPI.set_plugin_insert_param (insert, control - 1, value), "control " .. control)
  end
  for route in tracks:iter () do
    assert (route:add_processor_by_index (proc, 0, nil, true) == 0, set.uri .. " does not go into a track")
    assert (route:add_processor_by_index (ARDOUR.LuaAPI.new_luaproc (s, "Noise for a test"), 0, nil, true) == 0)
    local plugin = insert:plugin (0)
    print (string.format ("plugin %s name=%s inputs=%d outputs=%d latency=%d", set.uri, plugin:name (),
      plugin:get_info ().n_inputs:n_audio (), plugin:get_info ().n_outputs:n_audio (), insert:signal_latency ()))
    local region = route:to_track ():bounce_range (0, FRAMES, ARDOUR.InterThreadInfo (), proc, true, set.name)
    assert (not region:isnil (), set.uri .. " does not bounce")
  end
end
close_session ()
quit ()
"""

# Name, URI, name in Ardour, channels, and the controls in their order: enabled mode low mid high kills freqs gain, or
# enabled semitones cents engine threshold quality formant latency_mode
TRIES = [
    ('tone', 'urn:deckhost:eq', 'DeckHost EQ', 2, (1, 0, -12, 6, 3, 0, 0, 0, 200, 1000, 0.7, 4000, -3)),
    ('isolator', 'urn:deckhost:eq', 'DeckHost EQ', 2, (1, 1, 0, 0, 6, 1, 0, 0, 300, 1000, 0.7, 2000, 0)),
    ('mono', 'urn:deckhost:eq:mono', 'DeckHost EQ Mono', 1, (1, 0, -12, 6, 0, 0, 0, 0, 200, 800, 2, 4000, 3)),
    ('up', 'urn:deckhost:pitch', 'DeckHost Pitch', 2, (1, 2, 20, 0, 3, 0, 0, 0)),
    ('down', 'urn:deckhost:pitch:mono', 'DeckHost Pitch Mono', 1, (1, -3, 0, 1, 3, 0, 0, 0)),
]

LATENCY = {'eq': 0, 'pitch': 4222}


def bundles():
    return os.environ.get('LV2_PATH') or os.path.join(os.environ.get('DECKHOST_BUILD', 'build'), 'lv2')


def ardour(program, folder):
    scripts = os.path.join(folder, 'ardour' + ''.join(c for c in os.path.basename(program) if c.isdigit()), 'scripts')
    os.makedirs(scripts)
    with open(os.path.join(scripts, 'noise.lua'), 'w') as text:
        text.write(NOISE.replace('GAIN', repr(GAIN)))
    settings = ',\n'.join('{ name = "%s", uri = "%s", channels = %d, controls = { %s } }' %
                          (name, uri, channels, ', '.join(map(str, controls)))
                          for name, uri, _, channels, controls in TRIES)
    script = os.path.join(folder, 'open.lua')
    with open(script, 'w') as text:
        text.write(SCRIPT.replace('SETTINGS', settings).replace('FOLDER', folder).replace('FRAMES', str(FRAMES)))
    env = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder, XDG_CACHE_HOME=folder, LV2_PATH=bundles())
    done = subprocess.run([program, script], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors='replace', timeout=100)
    return done.stdout


def bounced(folder, name, channels):
    """What Ardour wrote, a list of floats for each channel."""
    found = []
    for side in ('',) if channels == 1 else ('%L', '%R'):
        path = os.path.join(folder, 'session/interchange/session/audiofiles', '%s%s.wav' % (name, side))
        with open(path, 'rb') as file:
            data = file.read()
        at = 12
        while data[at:at + 4] != b'data':
            at += 8 + struct.unpack_from('<I', data, at + 4)[0]
        size = struct.unpack_from('<I', data, at + 4)[0]
        found.append(struct.unpack_from('<%df' % (size // 4), data, at + 8))
    return found


def ours(uri, channels, controls):
    """The same noise through the plugin, run by ourselves."""
    noise = []
    for channel in range(channels):
        seed, samples = channel + 1, []
        for _ in range(FRAMES):
            seed = (seed * 1664525 + 1013904223) & 0xffffffff
            samples.append(((seed ^ 0x80000000) - 0x80000000) * GAIN)
        noise.append(samples)
    return plugin.run(bundles().split(':')[0], uri, controls, noise)


def compare(folder, said, name, uri, title, channels, controls):
    """What is wrong; None: nothing."""
    latency = LATENCY[uri.split(':')[2]]
    expected = 'plugin %s name=%s inputs=%d outputs=%d latency=%d' % (uri, title, channels, channels, latency)
    if expected not in said:
        return 'not said: %s\n%s' % (expected, said)
    for side, (theirs, mine) in enumerate(zip(bounced(folder, name, channels), ours(uri, channels, controls))):
        if len(theirs) != FRAMES:
            return '%d frames, not %d' % (len(theirs), FRAMES)
        for frame in range(FRAMES - latency):  # it takes the latency out
            if theirs[frame] != mine[frame + latency]:
                return 'channel %d differs first at frame %d: %g, not %g' % (side, frame, theirs[frame],
                                                                            mine[frame + latency])
    return None


def main():
    program = shutil.which('ardour7-lua') or shutil.which('ardour8-lua')
    if not program or os.environ.get('DECKHOST_SANITIZE'):
        print('1..0 # SKIP %s' % ('sanitized' if program else 'no ardour7-lua'))
        return
    print('1..%d' % len(TRIES))
    with tempfile.TemporaryDirectory() as folder:
        said = ardour(program, folder)
        for number, (name, uri, title, channels, controls) in enumerate(TRIES, 1):
            wrong = compare(folder, said, name, uri, title, channels, controls)
            print('%s %d - %s in Ardour, %s: sample by sample' % ('not ok' if wrong else 'ok', number, uri, name))
            print(''.join('# %s\n' % line for line in (wrong or '').splitlines()), end='')


main()
