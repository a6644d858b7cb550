# SPDX-License-Identifier: GPL-3.0-or-later
"""Is the project configured, and as it should be?  Build folders beside the usual one."""

import os, subprocess, sys
from waflib import ConfigSet, Context, Options, Utils

OPTIONS = ('debug', 'strict', 'sanitize', 'lv2dir', 'lv2_user', 'prefix', 'bindir', 'libdir', 'out')


def lock():
    """What the last configure wrote down, or None."""
    env = ConfigSet.ConfigSet()
    try:
        env.load(os.path.join(Context.run_dir, Options.lockfile))
    except EnvironmentError:
        return None
    return env if env.out_dir and os.path.isdir(os.path.join(env.out_dir, 'c4che')) else None


def outdated(env):
    """Has one of the wscript files changed since?"""
    h = 0
    for name in env.files:
        try:
            h = Utils.h_list((h, Utils.readf(name, 'rb')))
        except EnvironmentError:
            return True
    return h != env.hash


def lacks(env, variable):
    """Did the last configure not find what sets this variable (a package that has been installed since, maybe)?"""
    found = ConfigSet.ConfigSet()
    try:
        found.load(os.path.join(env.out_dir, 'c4che', '_cache.py'))
    except EnvironmentError:
        return True
    return not found[variable]


def configure_if_needed(needs=None):
    """['configure'] or [], also if the last one lacks the variable `needs`.  Options given now win over those of the
    last time."""
    env, now = lock(), Options.options
    if env is None:
        return ['configure']
    then = env.options
    given = [name for name in OPTIONS if asked_for(name) and getattr(now, name) != then.get(name)]
    if not given and not outdated(env) and not (needs and lacks(env, needs)):
        return []
    for name in OPTIONS:
        if name in then and not asked_for(name):
            setattr(now, name, then[name])
    if 'CC' in env.environ:
        os.environ.setdefault('CC', env.environ['CC'])
    return ['configure']


def asked_for(name):
    flag = '--' + name.replace('_', '-')
    short = {'prefix': '-p', 'out': '-o'}.get(name)
    return any(a == flag or a.startswith(flag + '=') or a == short for a in sys.argv[1:])


def run_beside(top, name, arguments, commands, show=False, **environ):
    """Run waf on a build folder of its own, build-NAME, configured with the arguments: the commands.  (status, output)."""
    env = dict(os.environ, WAFLOCK='.lock-waf-' + name, **environ)
    first = []
    saved, Options.lockfile = Options.lockfile, env['WAFLOCK']
    try:
        state = lock()
    finally:
        Options.lockfile = saved
    if state is None or outdated(state):
        first = ['configure', '--out=' + os.path.join(top, 'build-' + name)] + arguments
    command = ['sh', os.path.join(top, 'waf')] + first + commands
    if show:
        return subprocess.run(command, env=env).returncode, ''
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors='replace')
    return done.returncode, done.stdout


def include(bld, name, folder):
    """An include path that shows one folder only: build/include/NAME/NAME is a link to it."""
    link = bld.bldnode.make_node('include/%s/%s' % (name, name))
    link.parent.mkdir()
    path, target = link.abspath(), folder.abspath()
    if not os.path.islink(path) or os.readlink(path) != target: # made again where the tree has moved
        if os.path.lexists(path):
            os.remove(path)
        os.symlink(target, path)
    for header in folder.ant_glob('*.h'): # waf sees in the build folder only what it was told of: what changes is built
        link.make_node(header.name)
    return link.parent
