/* statistics.c - see statistics.h. */
#include "detect/statistics.h"

#include <math.h>
#include <stdlib.h>

#include "util/mem.h"

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median_sorted(const double *v, size_t n)
{
    if (n == 0)
        return 0;
    return n % 2 == 1 ? v[n / 2] : v[n / 2 - 1] + (v[n / 2] - v[n / 2 - 1]) / 2;
}

double stat_median(double *values, size_t n)
{
    if (n > 0)
        qsort(values, n, sizeof(*values), compare);
    return median_sorted(values, n);
}

double stat_mad(double *values, size_t n, double median)
{
    for (size_t i = 0; i < n; i++)
        values[i] = fabs(values[i] - median);
    return stat_median(values, n);
}

double stat_percentile(double *values, size_t n, unsigned percent)
{
    size_t rank;

    if (n == 0)
        return 0;
    qsort(values, n, sizeof(*values), compare);
    rank = (n * percent + 99) / 100; /* ceiling, in whole numbers */
    return values[rank > 0 ? rank - 1 : 0];
}

void sample_done(struct sample *s)
{
    free(s->kept);
    *s = (struct sample){0};
}

static void thin_out(struct sample *s)
{
    for (size_t i = 0; i < s->n_kept / 2; i++)
        s->kept[i] = s->kept[2 * i];
    s->n_kept /= 2;
    s->stride *= 2;
}

void sample_put(struct sample *s, double v)
{
    double delta = v - s->mean;

    if (s->stride == 0)
        s->stride = 1;
    if (s->n % s->stride == 0) {
        if (s->n_kept == SAMPLE_MAX)
            thin_out(s);
        if (s->n_kept == s->cap) {
            s->cap = s->cap != 0 ? s->cap * 2 : 64;
            s->kept = xrealloc(s->kept, arena_array_size(s->cap, sizeof(*s->kept)));
        }
        if (s->n % s->stride == 0)
            s->kept[s->n_kept++] = v;
    }
    s->n++;
    s->mean += delta / (double)s->n;
    s->m2 += delta * (v - s->mean);
}

double sample_median(const struct sample *s)
{
    double *copy;
    double m;

    if (s->n_kept == 0)
        return 0;
    copy = xmalloc(arena_array_size(s->n_kept, sizeof(*copy)));
    memcpy(copy, s->kept, s->n_kept * sizeof(*copy));
    m = stat_median(copy, s->n_kept);
    free(copy);
    return m;
}

double sample_variation(const struct sample *s)
{
    if (s->n < 2 || s->mean == 0)
        return 0;
    return sqrt(s->m2 / (double)s->n) / s->mean;
}
