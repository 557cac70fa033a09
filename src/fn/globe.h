/* globe.h - distance on the globe. Private to the room. */
#ifndef FN_GLOBE_H
#define FN_GLOBE_H

#include <math.h>

#include "util/base.h"

/* The mean radius LogScale's documented sample was made with. */
#define EARTH_RADIUS_M 6371009.0

static inline double globe_radians(double degrees)
{
    return degrees / 180.0 * M_PI;
}

/* In metres, along a great circle. */
static inline double globe_distance_m(double lat1, double lon1, double lat2, double lon2)
{
    double h = pow(sin((globe_radians(lat2) - globe_radians(lat1)) / 2), 2) +
               cos(globe_radians(lat1)) * cos(globe_radians(lat2)) *
                   pow(sin((globe_radians(lon2) - globe_radians(lon1)) / 2), 2);

    return 2 * EARTH_RADIUS_M * asin(MIN(1.0, sqrt(h)));
}

#endif
