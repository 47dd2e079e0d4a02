#pragma once

// Before a function whose loops come twice, for processors with AVX2 and for all. No fused operations in
// either, so both give the same bits. Sanitizers instrument the choice itself and cannot have it.
#if defined(__x86_64__) && !defined(STILLWATCH_SANITIZED) && !defined(__clang__)
#define STILLWATCH_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define STILLWATCH_CLONES
#endif
