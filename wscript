# SPDX-License-Identifier: GPL-3.0-or-later
# How deckhost is configured, built, tested and installed.  Sources are not listed: a folder is a part.

import os
from waflib import Configure, Utils

APPNAME = 'deckhost'
VERSION = '0.1.0'
top = '.'
out = 'build'

# The parts, and which others each may include: the direction of the whole program.  Nothing else is on the include path.
PARTS = {
    'dsp':     ('plugins/dsp', []),
    'base':    ('client/base', ['dsp']),
    'msg':     ('client/msg', ['base']),
    'engine':  ('client/engine', ['msg']),
    'host':    ('client/host', ['engine']),
    'io':      ('client/io', ['engine']),
    'jack':    ('client/jack', ['engine']),
    'control': ('client/control', ['msg']),
    'rig':     ('client/rig', ['host', 'io', 'control']),
    'render':  ('client/render', ['rig']),
    'session': ('client/session', ['rig', 'jack']),
    'remote':  ('client/remote', ['base']),
}
LIBS = {'host': 'LILV LV2', 'io': 'SNDFILE', 'jack': 'JACK', 'control': 'LO', 'remote': 'LO'}


def options(opt):
    opt.load('compiler_c')
    opt.add_option('--debug', action='store_true', help='no optimisation, assertions on')
    opt.add_option('--strict', action='store_true', help='warnings are errors')
    opt.add_option('--sanitize', default='', metavar='LIST', help='for the compiler\'s -fsanitize=LIST')
    opt.add_option('--lv2dir', metavar='DIR', help='where LV2 bundles are installed [LIBDIR/lv2]')
    opt.add_option('--lv2-user', action='store_true', help='install LV2 bundles into ~/.lv2')


def configure(conf):
    conf.load('compiler_c')
    env, o = conf.env, conf.options
    env.VERSION = VERSION
    env.append_value('CFLAGS', ['-std=c11', '-Wall', '-Wextra', '-Wno-unused-parameter', '-Wshadow', '-Wstrict-prototypes', '-Wmissing-prototypes', '-fvisibility=hidden', '-pthread', '-ffp-contract=off'])
    env.append_value('CFLAGS', ['-O0', '-g'] if o.debug else ['-O2', '-g', '-DNDEBUG'])
    env.append_value('DEFINES', ['_GNU_SOURCE', 'DECKHOST_VERSION="%s"' % VERSION])
    env.append_value('LINKFLAGS', ['-pthread'])
    if o.strict:
        env.append_value('CFLAGS', '-Werror')
    if o.sanitize:
        env.append_value('CFLAGS', ['-fsanitize=' + o.sanitize, '-fno-omit-frame-pointer'])
        env.append_value('LINKFLAGS', '-fsanitize=' + o.sanitize)
    for package, name in (('jack', 'JACK'), ('lilv-0', 'LILV'), ('lv2', 'LV2'), ('rubberband', 'RUBBERBAND'),
                          ('sndfile', 'SNDFILE'), ('liblo', 'LO'), ('cmocka', 'CMOCKA')):
        conf.check_cfg(package=package, uselib_store=name, args='--cflags --libs', msg='Checking for ' + package)
    conf.check_cc(lib='m', uselib_store='M')
    env.LIBDIR = env.LIBDIR or env.PREFIX + '/lib'
    env.LV2DIR = os.path.expanduser('~/.lv2') if o.lv2_user else o.lv2dir or env.LIBDIR + '/lv2'
    env.cshlib_PATTERN = '%s.so'


@Configure.conf
def part(bld, name):
    """One part: all C files of its folder, seeing only its own headers and those of the parts it may include."""
    folder, uses = PARTS[name]
    # An include path that shows one folder only: build/include/NAME/NAME -> folder
    link = bld.bldnode.make_node('include/%s/%s' % (name, name))
    link.parent.mkdir()
    target = bld.path.find_dir(folder).abspath()
    if not os.path.islink(link.abspath()):
        os.symlink(target, link.abspath())
    sources = bld.path.ant_glob(folder + '/*.c')
    kw = dict(includes=[link.parent], export_includes=[link.parent], cflags=['-fPIC'] if name == 'dsp' else [],
              use=uses + LIBS.get(name, '').split(), name=name)
    if sources:
        bld.objects(source=sources, target=name, **kw)
    else:
        bld(**kw)


def build(bld):
    for name in PARTS:
        bld.part(name)
    bld.recurse('plugins client demo tests')
