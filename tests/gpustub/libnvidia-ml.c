/* A stand-in for NVIDIA's management library: eight healthy H100s, unless STUB_NVML says otherwise.

   It holds words as words.h reads them, such as devices=2 init=18 3.remap_failed=1 fail.nvmlDeviceGetEccMode=15
   hang=nvmlInit_v2 2.crash=nvmlDeviceGetName.
   Compiled with -DOLD it lacks what came to NVML after the driver 384. */

#include <signal.h>
#include <unistd.h>

#define WORDS "STUB_NVML"
#include "words.h"

enum { INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, INSUFFICIENT_SIZE = 7, MOST_LINKS = 18 };

typedef struct { int index; } gpu_t;
typedef struct { unsigned long long total, free, used; } memory_t;
typedef struct { unsigned gpu, memory; } utilization_t;
typedef struct {
    char legacy[16];
    unsigned domain, bus, device, device_id, subsystem_id;
    char id[32];
} pci_t;

static gpu_t gpus[64];

/* What the call returns before it has done anything: 0, unless it is to fail, to hang or to crash. */
static int enter(int index, const char *call)
{
    char key[LONGEST];
    snprintf(key, sizeof key, "fail.%s", call);
    while (is(index, "hang", call))
        pause();
    if (is(index, "crash", call))
        raise(SIGSEGV);
    return (int)number(index, key, 0);
}

#define ENTER(gpu) do { int code = enter((gpu), __func__); if (code) return code; } while (0)

static int write_text(char *to, unsigned size, const char *text)
{
    if (size <= strlen(text))
        return INSUFFICIENT_SIZE;
    strcpy(to, text);
    return 0;
}

int nvmlInit_v2(void)
{
    ENTER(EVERY);
    return (int)number(EVERY, "init", 0);
}

int nvmlSystemGetDriverVersion(char *text, unsigned size)
{
    ENTER(EVERY);
    const char *given = value_of(EVERY, "driver");
    return write_text(text, size, given ? given : "535.104.05");
}

int nvmlDeviceGetCount_v2(unsigned *count)
{
    ENTER(EVERY);
    *count = (unsigned)number(EVERY, "devices", 8);
    return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, gpu_t **gpu)
{
    ENTER((int)index);
    gpus[index].index = (int)index;
    *gpu = &gpus[index];
    return 0;
}

int nvmlDeviceGetName(gpu_t *gpu, char *text, unsigned size)
{
    ENTER(gpu->index);
    const char *given = value_of(gpu->index, "name");
    char name[LONGEST] = "NVIDIA H100 80GB HBM3";
    if (given)
        snprintf(name, sizeof name, "%s", given);
    for (char *at = name; (at = strchr(at, '_'));)
        *at = ' ';
    return write_text(text, size, name);
}

int nvmlDeviceGetUUID(gpu_t *gpu, char *text, unsigned size)
{
    ENTER(gpu->index);
    char uuid[LONGEST];
    snprintf(uuid, sizeof uuid, "GPU-6c1f3a52-9d0e-4b77-8a15-%012x", 0xc0ffee00u + (unsigned)gpu->index);
    return write_text(text, size, uuid);
}

int nvmlDeviceGetMemoryInfo(gpu_t *gpu, memory_t *memory)
{
    ENTER(gpu->index);
    memory->total = (unsigned long long)number(gpu->index, "memory_mib", 81559) << 20;
    memory->used = (unsigned long long)number(gpu->index, "used_mib", 4) << 20;
    memory->free = memory->total - memory->used;
    return 0;
}

int nvmlDeviceGetEccMode(gpu_t *gpu, unsigned *current, unsigned *pending)
{
    ENTER(gpu->index);
    *current = (unsigned)number(gpu->index, "ecc", 1);
    *pending = (unsigned)number(gpu->index, "ecc_pending", *current);
    return 0;
}

int nvmlDeviceGetTotalEccErrors(gpu_t *gpu, int type, int counter, unsigned long long *count)
{
    ENTER(gpu->index);
    if (type != 1)
        return INVALID_ARGUMENT;
    *count = (unsigned long long)number(gpu->index, counter ? "ecc_aggregate" : "ecc_volatile", 0);
    return 0;
}

int nvmlDeviceGetRetiredPagesPendingStatus(gpu_t *gpu, unsigned *pending)
{
    ENTER(gpu->index);
    long given = number(gpu->index, "retired_pending", -1);
    *pending = (unsigned)given;
    return given < 0 ? NOT_SUPPORTED : 0;
}

#define PCIE(call, key, otherwise)                              \
    int nvmlDeviceGet##call(gpu_t *gpu, unsigned *value)        \
    {                                                           \
        ENTER(gpu->index);                                      \
        *value = (unsigned)number(gpu->index, key, otherwise);  \
        return 0;                                               \
    }

PCIE(CurrPcieLinkGeneration, "generation", 5)
PCIE(MaxPcieLinkGeneration, "max_generation", 5)
PCIE(CurrPcieLinkWidth, "width", 16)
PCIE(MaxPcieLinkWidth, "max_width", 16)

int nvmlDeviceGetComputeMode(gpu_t *gpu, int *mode)
{
    ENTER(gpu->index);
    *mode = (int)number(gpu->index, "compute_mode", 0);
    return 0;
}

int nvmlDeviceGetUtilizationRates(gpu_t *gpu, utilization_t *rates)
{
    ENTER(gpu->index);
    rates->gpu = (unsigned)number(gpu->index, "utilization", 0);
    rates->memory = 0;
    return 0;
}

int nvmlDeviceGetPerformanceState(gpu_t *gpu, int *state)
{
    ENTER(gpu->index);
    *state = (int)number(gpu->index, "state", 0);
    return 0;
}

static int processes(gpu_t *gpu, unsigned *count)
{
    unsigned room = *count;
    *count = (unsigned)number(gpu->index, "processes", 0);
    return *count > room ? INSUFFICIENT_SIZE : 0;
}

int nvmlDeviceGetComputeRunningProcesses(gpu_t *gpu, unsigned *count, void *infos)
{
    (void)infos;
    ENTER(gpu->index);
    return processes(gpu, count);
}

#ifdef OLD
#define PCI_INFO nvmlDeviceGetPciInfo_v2
#else
#define PCI_INFO nvmlDeviceGetPciInfo_v3
#endif

int PCI_INFO(gpu_t *gpu, pci_t *info)
{
    ENTER(gpu->index);
    memset(info, 0, sizeof *info);
    info->bus = 0x17u + (unsigned)gpu->index * 0x10u;
    snprintf(info->legacy, sizeof info->legacy, "0000:%02X:00.0", info->bus);
    snprintf(info->id, sizeof info->id, "00000000:%02X:00.0", info->bus);
    return 0;
}

#ifndef OLD

int nvmlSystemGetCudaDriverVersion_v2(int *version)
{
    ENTER(EVERY);
    *version = (int)number(EVERY, "cuda", 12020);
    return 0;
}

int nvmlDeviceGetComputeRunningProcesses_v3(gpu_t *gpu, unsigned *count, void *infos)
{
    (void)infos;
    ENTER(gpu->index);
    return processes(gpu, count);
}

int nvmlDeviceGetMigMode(gpu_t *gpu, unsigned *current, unsigned *pending)
{
    ENTER(gpu->index);
    *current = (unsigned)number(gpu->index, "mig", 0);
    *pending = (unsigned)number(gpu->index, "mig_pending", *current);
    return 0;
}

int nvmlDeviceGetRemappedRows(
    gpu_t *gpu, unsigned *corrected, unsigned *uncorrected, unsigned *pending, unsigned *failed)
{
    ENTER(gpu->index);
    *corrected = (unsigned)number(gpu->index, "remap_corrected", 0);
    *uncorrected = (unsigned)number(gpu->index, "remap_uncorrected", 0);
    *pending = (unsigned)number(gpu->index, "remap_pending", 0);
    *failed = (unsigned)number(gpu->index, "remap_failed", 0);
    return 0;
}

int nvmlDeviceGetNvLinkState(gpu_t *gpu, unsigned link, unsigned *active)
{
    char key[LONGEST];
    ENTER(gpu->index);
    if (link >= MOST_LINKS || (long)link >= number(gpu->index, "links", MOST_LINKS))
        return link >= MOST_LINKS ? INVALID_ARGUMENT : NOT_SUPPORTED;
    snprintf(key, sizeof key, "link%u", link);
    *active = (unsigned)number(gpu->index, key, 1);
    return 0;
}

#endif
