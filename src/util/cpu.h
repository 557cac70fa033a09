/* cpu.h - what the processor can do, asked at run time. */
#ifndef UTIL_CPU_H
#define UTIL_CPU_H

#include <stdbool.h>

/* True when AVX2, BMI1, BMI2, LZCNT and PCLMUL are there and vector code was not switched off.
 * Every call into a file compiled with those flags stands behind this. Cheap: one load. */
bool cpu_has_avx2(void);
/* Switches the vector twins off or on again for the whole process: for the option simd=0 and for
 * tests. The answers do not change, so it does not matter when other threads see it. */
void cpu_set_simd(bool on);

#endif
