// SPDX-License-Identifier: GPL-3.0-or-later
#include "eq/eq.h"

#include "dsp/response.h"

#include <math.h>

double
eq_response_db(const float controls[EQ_CONTROLS], const double rate, const double hz)
{
  static const EqControl bands[3] = {EQ_LOW, EQ_MID, EQ_HIGH};
  static const EqControl kills[3] = {EQ_KILL_LOW, EQ_KILL_MID, EQ_KILL_HIGH};
  const double           lowest   = eq_control_info[EQ_LOW].min;
  double                 db[3], gain[3];
  if (controls[EQ_ENABLED] <= 0.5f) {
    return 0.0;
  }
  for (int b = 0; b < 3; ++b) {
    db[b]   = controls[kills[b]] > 0.5f ? lowest : (double)controls[bands[b]];
    gain[b] = db[b] > lowest ? pow(10.0, db[b] / 20.0) : 0.0;
  }
  if (controls[EQ_MODE] > 0.5f) {
    const double cross[2] = {controls[EQ_LOW_FREQ], controls[EQ_HIGH_FREQ]};
    return controls[EQ_GAIN] + response_isolator_db(hz, rate, cross, gain);
  }
  return controls[EQ_GAIN] + response_low_shelf_db(hz, rate, controls[EQ_LOW_FREQ], EQ_SHELF_Q, db[0]) +
         response_bell_db(hz, rate, controls[EQ_MID_FREQ], controls[EQ_MID_Q], db[1]) +
         response_high_shelf_db(hz, rate, controls[EQ_HIGH_FREQ], EQ_SHELF_Q, db[2]);
}
