/* cpu.c - processor features. See cpu.h.
 *
 * mutable: the switch is the one piece of process-wide state we keep. It chooses between two ways
 * to the same answer, so it can never be seen in a result. */
#include "util/cpu.h"

#include <stdatomic.h>

#include "util/base.h"

enum { UNKNOWN, THERE, OFF };

static atomic_int avx2;

static bool processor_has_avx2(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul");
#else
    return false;
#endif
}

bool cpu_has_avx2(void)
{
    /* Relaxed: nothing else is published through the switch. */
    int known = atomic_load_explicit(&avx2, memory_order_relaxed);

    if (UNLIKELY(known == UNKNOWN)) {
        int found = processor_has_avx2() ? THERE : OFF;

        /* Unless it was switched off meanwhile. */
        if (atomic_compare_exchange_strong(&avx2, &known, found))
            known = found;
    }
    return known == THERE;
}

void cpu_set_simd(bool on)
{
    atomic_store(&avx2, on ? UNKNOWN : OFF);
}
