// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/response.h"

#include <math.h>

// |b0 + b1 z^-1 + b2 z^-2|^2 at w, in terms of sin^2(w/2), which keeps its precision at low frequencies:
// (cookbook mailing list, "frequency response of a biquad")
static double
power(const double b0, const double b1, const double b2, const double w)
{
  const double phi = sin(0.5 * w) * sin(0.5 * w);
  const double sum = b0 + b1 + b2;
  return sum * sum - 4.0 * (b0 * b1 + 4.0 * b0 * b2 + b1 * b2) * phi + 16.0 * b0 * b2 * phi * phi;
}

static double
angle(const double hz, const double rate)
{
  return 2.0 * M_PI * fmin(hz / rate, 0.45);
}

static double
ratio_db(const double b[3], const double a[3], const double hz, const double rate)
{
  const double w = 2.0 * M_PI * hz / rate;
  return 10.0 * log10(power(b[0], b[1], b[2], w) / power(a[0], a[1], a[2], w));
}

double
response_low_shelf_db(const double hz, const double rate, const double corner, const double q, const double db)
{
  const double a = pow(10.0, db / 40.0), w0 = angle(corner, rate), c = cos(w0), r = 2.0 * sqrt(a) * sin(w0) / (2.0 * q);
  const double num[] = {a * (a + 1 - (a - 1) * c + r), 2 * a * (a - 1 - (a + 1) * c), a * (a + 1 - (a - 1) * c - r)};
  const double den[] = {a + 1 + (a - 1) * c + r, -2 * (a - 1 + (a + 1) * c), a + 1 + (a - 1) * c - r};
  return ratio_db(num, den, hz, rate);
}

double
response_bell_db(const double hz, const double rate, const double centre, const double q, const double db)
{
  const double a = pow(10.0, db / 40.0), w0 = angle(centre, rate), c = cos(w0), alpha = sin(w0) / (2.0 * q);
  const double num[] = {1 + alpha * a, -2 * c, 1 - alpha * a};
  const double den[] = {1 + alpha / a, -2 * c, 1 - alpha / a};
  return ratio_db(num, den, hz, rate);
}

double
response_high_shelf_db(const double hz, const double rate, const double corner, const double q, const double db)
{
  const double a = pow(10.0, db / 40.0), w0 = angle(corner, rate), c = cos(w0), r = 2.0 * sqrt(a) * sin(w0) / (2.0 * q);
  const double num[] = {a * (a + 1 + (a - 1) * c + r), -2 * a * (a - 1 + (a + 1) * c), a * (a + 1 + (a - 1) * c - r)};
  const double den[] = {a + 1 - (a - 1) * c + r, 2 * (a - 1 - (a + 1) * c), a + 1 - (a - 1) * c - r};
  return ratio_db(num, den, hz, rate);
}

double
response_isolator_db(const double hz, const double rate, const double cross[2], const double gains[3])
{
  double low[2];
  for (int c = 0; c < 2; ++c) {
    const double x = tan(M_PI * hz / rate) / tan(0.5 * angle(cross[c], rate));
    low[c]         = 1.0 / (1.0 + x * x * x * x);
  }
  const double upper = gains[1] * low[1] + gains[2] * (1.0 - low[1]);
  return 20.0 * log10(fabs(gains[0] * low[0] + (1.0 - low[0]) * upper));
}
