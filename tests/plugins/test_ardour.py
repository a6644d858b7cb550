# SPDX-License-Identifier: GPL-3.0-or-later
# The equaliser in Ardour, without a screen: a session with a track, the plugin on it, and what Ardour makes of it.

import os
import shutil
import subprocess
import tempfile

SCRIPT = """
local engine = AudioEngine:set_backend ("None (Dummy)", "", "")
local s = create_session (arg[1], "deckhost", 48000)
assert (s, "no session")
for _, uri in ipairs ({"urn:deckhost:eq", "urn:deckhost:eq:mono"}) do
  local channels = string.find (uri, "mono") and 1 or 2
  local tracks = s:new_audio_track (channels, channels, nil, 1, uri, ARDOUR.PresentationInfo.max_order,
                                    ARDOUR.TrackMode.Normal, true, false)
  local proc = ARDOUR.LuaAPI.new_plugin (s, uri, ARDOUR.PluginType.LV2, "")
  assert (not proc:isnil (), uri .. " does not open")
  for route in tracks:iter () do
    assert (route:add_processor_by_index (proc, 0, nil, true) == 0, uri .. " does not go into a track")
  end
  local insert = proc:to_insert ()
  local plugin = insert:plugin (0)
  local low, controls = nil, 0
  for p = 0, plugin:parameter_count () - 1 do
    if plugin:parameter_label (p) == "Low" then low = controls end
    if plugin:parameter_is_control (p) then controls = controls + 1 end
  end
  ARDOUR.LuaAPI.set_plugin_insert_param (insert, low, -12)
  local value = ARDOUR.LuaAPI.get_plugin_insert_param (insert, low, false)
  print (string.format ("plugin %s name=%s inputs=%d outputs=%d latency=%d low=%g", uri, plugin:name (),
    plugin:get_info ().n_inputs:n_audio (), plugin:get_info ().n_outputs:n_audio (), insert:signal_latency (), value))
end
close_session ()
quit ()
"""

EXPECTED = {
    'urn:deckhost:eq': 'name=DeckHost EQ inputs=2 outputs=2 latency=0 low=-12',
    'urn:deckhost:eq:mono': 'name=DeckHost EQ Mono inputs=1 outputs=1 latency=0 low=-12',
}


def ardour(folder):
    program = shutil.which('ardour7-lua') or shutil.which('ardour8-lua')
    if not program:
        return None
    script = os.path.join(folder, 'open.lua')
    with open(script, 'w') as text:
        text.write(SCRIPT.replace('arg[1]', '"%s"' % os.path.join(folder, 'session')))
    env = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder, XDG_CACHE_HOME=folder)
    env['LV2_PATH'] = env.get('LV2_PATH', os.path.join(os.environ.get('DECKHOST_BUILD', 'build'), 'lv2'))
    done = subprocess.run([program, script], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors='replace', timeout=100)
    return done.stdout


def main():
    print('1..%d' % len(EXPECTED))
    with tempfile.TemporaryDirectory() as folder:
        said = ardour(folder)
    for number, (uri, expected) in enumerate(EXPECTED.items(), 1):
        if said is None or os.environ.get('DECKHOST_SANITIZE'):
            print('ok %d - %s in Ardour # SKIP %s' % (number, uri, 'no ardour7-lua' if said is None else 'sanitized'))
        elif 'plugin %s %s' % (uri, expected) in said:
            print('ok %d - %s in Ardour' % (number, uri))
        else:
            print('not ok %d - %s in Ardour' % (number, uri))
            print(''.join('# %s\n' % line for line in said.splitlines()), end='')


main()
