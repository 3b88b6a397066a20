/* The state of the stub's GPUs: what is allocated, time, and the failures asked for.

   Of each allocation only the first MiB is really there. */

#include <signal.h>
#include <stdint.h>

#include "cudaledger.h"
#include "words.h"

enum { INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, INVALID_DEVICE = 101, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700 };
enum { MOST_GPUS = 16, MOST_BUFFERS = 4096, FILL = 1, COUNT_WRONG = 2, HANDLE = 0x5EED };
#define MIB (1ULL << 20)
#define REAL MIB      /* of an allocation */
#define SHIFT 40      /* an address is the number of its buffer, shifted so far */

typedef unsigned long long u64;
typedef struct { uint8_t *real; u64 size; } buffer_t;

static buffer_t buffers[MOST_BUFFERS];
static int used_buffers = 1;
static int seen[MOST_GPUS], seen_gpus = -1, current = -1;
static double clock_ms;

static const struct { int number; const char *name; } NAMES[] = {
    {1, "CUDA_ERROR_INVALID_VALUE"}, {2, "CUDA_ERROR_OUT_OF_MEMORY"}, {46, "CUDA_ERROR_DEVICE_UNAVAILABLE"},
    {100, "CUDA_ERROR_NO_DEVICE"}, {214, "CUDA_ERROR_ECC_UNCORRECTABLE"},
    {221, "CUDA_ERROR_JIT_COMPILER_NOT_FOUND"}, {222, "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS"}, {719, "CUDA_ERROR_LAUNCH_FAILED"},
    {802, "CUDA_ERROR_SYSTEM_NOT_READY"}, {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"},
    {805, "CUDA_ERROR_MPS_CONNECTION_FAILED"}, {999, "CUDA_ERROR_UNKNOWN"},
};

/* What the call returns before it has done anything: 0, unless it is to fail, to hang or to be killed. */
static int enter(const char *call)
{
    char nth[NAME_LENGTH], fail[LONGEST], fail_nth[LONGEST];
    snprintf(nth, sizeof nth, "%s#%d", call, count_call(call));
    if (is(current, "hang", call) || is(current, "hang", nth))
        for (;;)
            pause();
    if (is(current, "kill", call) || is(current, "kill", nth))
        raise(SIGKILL);
    snprintf(fail, sizeof fail, "fail.%s", call);
    snprintf(fail_nth, sizeof fail_nth, "fail.%s", nth);
    return (int)number(current, fail_nth, number(current, fail, 0));
}

#define ENTER() do { int result = enter(__func__); if (result) return result; } while (0)

static void uuid_of(int gpu, char *text)
{
    snprintf(text, 64, "GPU-5eed0000-0000-4000-8000-0000000000%02x", gpu);
}

static void see_gpus(void)
{
    const char *visible = getenv("CUDA_VISIBLE_DEVICES");
    seen_gpus = 0;
    for (int gpu = 0; gpu < number(EVERY, "devices", 1); gpu++) {
        char uuid[64];
        uuid_of(gpu, uuid);
        if (!visible || strstr(visible, uuid))
            seen[seen_gpus++] = gpu;
    }
}

static double per_process(int gpu)
{
    u64 bytes;
    lock_ledger();
    int users = users_of(gpu, &bytes);
    unlock_ledger();
    return users > 1 ? users * (double)number(gpu, "slow", 100) / 100 : 1;
}

/* What becomes of a process that wants more than its limit, unless that just fails: limit=kill, limit=kill-all (its
   neighbours as well), limit=kill-pod (its parent as well), limit=hang. */
static void punish(void)
{
    if (is(current, "limit", "kill-all"))
        for (holding_t *each = ledger->holdings; each < ledger->holdings + MOST_PROCESSES; each++)
            if (each->pid && each->pid != getpid() && each->gpu == current && lives(each->pid))
                kill(each->pid, SIGKILL);
    if (is(current, "limit", "kill-pod"))
        kill(getppid(), SIGKILL);
    if (is(current, "limit", "kill") || is(current, "limit", "kill-all") || is(current, "limit", "kill-pod"))
        raise(SIGKILL);
    while (is(current, "limit", "hang"))
        pause();
}

/* Take so many more bytes of the current GPU: OUT_OF_MEMORY where they are not there or not allowed. */
static int take(u64 size)
{
    u64 held, limit = number(current, "limit_mb", 1 << 30) * MIB;
    lock_ledger();
    users_of(current, &held);
    holding_t *own = own_holding();
    u64 total = number(current, "total_mb", 16384) * MIB, others = number(current, "others_mb", 0) * MIB;
    int allowed = own->bytes + size <= limit, fits = held + others + size <= total;
    if (!allowed && is(current, "limit", "spill")) {
        ledger->spilled = getpid();
        allowed = 1;
    }
    if (allowed && fits)
        own->bytes += size;
    unlock_ledger();
    if (!allowed)
        punish();
    return allowed && fits ? 0 : OUT_OF_MEMORY;
}

/* Where this address and what follows it really is; NULL where nothing is. */
static uint8_t *real_at(u64 address, u64 size)
{
    u64 which = address >> SHIFT, offset = address & ((1ULL << SHIFT) - 1);
    if (!which || which >= (u64)used_buffers || offset + size > buffers[which].size)
        return NULL;
    return buffers[which].real + (offset < REAL ? offset : offset % REAL);
}

static u64 really(u64 size) { return size < REAL ? size : REAL; }

static void flip(const char *call, uint8_t *real)
{
    char nth[NAME_LENGTH];
    snprintf(nth, sizeof nth, "%s#%d", call, count_call(call));
    if (is(current, "flip", call) || is(current, "flip", nth))
        ((uint32_t *)real)[77] ^= 1u << 13;
}
