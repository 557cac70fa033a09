/* cpu.c - processor features. See cpu.h.
 *
 * mutable: the switch is the one piece of process-wide state we keep. It chooses between two ways
 * to the same answer, so it can never be seen in a result. */
#include "util/cpu.h"

#include <stdatomic.h>

static atomic_bool simd_is_off;

bool cpu_has_avx2(void)
{
    /* Relaxed: nothing else is published through the switch. */
    if (atomic_load_explicit(&simd_is_off, memory_order_relaxed))
        return false;
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul");
#else
    return false;
#endif
}

void cpu_set_simd(bool on)
{
    atomic_store(&simd_is_off, !on);
}
