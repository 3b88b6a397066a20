/* The stub's modules, kernels and events. A kernel is known by its name and done here; its time is a round a
   millisecond, and as many times that as processes have the GPU open. */

#include "cudagpu.h"

static uint32_t generate(uint32_t start, uint32_t rounds)
{
    uint32_t a = start, b = start | 1;
    for (; rounds; rounds--) {
        a = a * 1664525 + 1013904223;
        b ^= b << 13;
        b ^= b >> 17;
        b ^= b << 5;
    }
    return a + b;
}

int cuModuleLoadData(void **module, const char *ptx)
{
    ENTER();
    *module = (void *)HANDLE;
    return strncmp(ptx, ".version ", 9) ? INVALID_VALUE : 0;
}

int cuModuleGetFunction(void **function, void *module, const char *name)
{
    (void)module;
    ENTER();
    u64 which = !strcmp(name, "preflight_fill") ? FILL : !strcmp(name, "preflight_count_wrong") ? COUNT_WRONG : 0;
    *function = (void *)which;
    return which ? 0 : NOT_FOUND;
}

int cuLaunchKernel(void *function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, void *stream, void **arguments, void **extra)
{
    (void)gx, (void)gy, (void)gz, (void)bx, (void)by, (void)bz, (void)shared, (void)stream, (void)extra;
    ENTER();
    uint32_t words = *(uint32_t *)arguments[1], mask = *(uint32_t *)arguments[2];
    uint32_t seed = *(uint32_t *)arguments[3], rounds = *(uint32_t *)arguments[4];
    uint32_t *real = (uint32_t *)real_at(*(u64 *)arguments[0], words * 4ULL);
    uint32_t *wrong = (u64)function == COUNT_WRONG ? (uint32_t *)real_at(*(u64 *)arguments[5], 4) : NULL;
    if (!real)
        return ILLEGAL_ADDRESS;
    if (wrong && ledger->spilled && ledger->spilled != getpid())
        real[5] = ~real[5];
    for (u64 i = 0; i < really(words * 4ULL) / 4; i++) {
        uint32_t value = generate((i & mask) + seed, rounds);
        if (wrong)
            *wrong += real[i] != value;
        else
            real[i] = value;
    }
    if (!wrong)
        flip("preflight_fill", (uint8_t *)real);
    clock_ms += rounds * per_process(current);
    return 0;
}

int cuEventCreate(void **event, unsigned flags)
{
    (void)flags;
    ENTER();
    *event = calloc(1, sizeof clock_ms);
    return 0;
}

int cuEventRecord(void *event, void *stream)
{
    (void)stream;
    ENTER();
    *(double *)event = clock_ms;
    return 0;
}

int cuEventSynchronize(void *event)
{
    (void)event;
    ENTER();
    return 0;
}

int cuEventElapsedTime(float *milliseconds, void *start, void *end)
{
    ENTER();
    *milliseconds = (float)(*(double *)end - *(double *)start);
    return 0;
}
