// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef DSP_RESPONSE_H
#define DSP_RESPONSE_H

// What the filters are meant to do, in closed form and written apart from them: magnitudes in dB at `hz`, by the
// formulas of the cookbook (section.h) and of Linkwitz and Riley (isolator.h).  Any thread.

double response_low_shelf_db(double hz, double rate, double corner, double q, double db);
double response_bell_db(double hz, double rate, double centre, double q, double db);
double response_high_shelf_db(double hz, double rate, double corner, double q, double db);

/// Crossovers in Hz, gains linear.
double response_isolator_db(double hz, double rate, const double cross[2], const double gains[3]);

#endif
