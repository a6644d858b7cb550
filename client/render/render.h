// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

// `deckhost render`: a score through the whole engine into a file, without JACK and as fast as it goes.

/// argv[0] is the word "render".  Return: the exit status: 0 done, 1 failed, 2 wrong usage.
int render_main(int argc, char** argv);

#endif
