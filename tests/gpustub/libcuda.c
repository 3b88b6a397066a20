/* A stand-in for NVIDIA's driver library: GPUs that hold memory, compute and fail as the words of STUB_CUDA say:
   devices=2 total_mb=16384 context_mb=400 1.others_mb=9000 major=9 version=13000 slow=300 limit_mb=4096 limit=kill
   fail.cuInit=999 fail.cuMemAlloc_v2#3=2 hang=cuCtxSynchronize#2 kill=cuMemAlloc_v2#5 flip=preflight_fill#2;
   #N is the Nth such call of all processes together. Compiled with -DOLD it has the older
   names of some calls. */

#define WORDS "STUB_CUDA"

#ifdef OLD
#define cuDeviceGetUuid_v2 cuDeviceGetUuid
#endif

#include "cudakernels.h"

int cuInit(unsigned flags)
{
    (void)flags;
    ENTER();
    if (number(EVERY, "chatter", 0))
        puts("{\"done\": \"no, this is only what a library prints\"}"), fflush(stdout);
    see_gpus();
    return seen_gpus ? 0 : NO_DEVICE;
}

int cuDriverGetVersion(int *version)
{
    ENTER();
    *version = (int)number(EVERY, "version", 13000);
    return 0;
}

int cuGetErrorName(int wanted, const char **name)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (NAMES[i].number == wanted) {
            *name = NAMES[i].name;
            return 0;
        }
    *name = NULL;
    return INVALID_VALUE;
}

int cuDeviceGetCount(int *count)
{
    ENTER();
    *count = seen_gpus;
    return 0;
}

int cuDeviceGet(int *device, int ordinal)
{
    ENTER();
    if (ordinal < 0 || ordinal >= seen_gpus)
        return INVALID_DEVICE;
    *device = seen[ordinal];
    return 0;
}

int cuDeviceGetName(char *text, int length, int device)
{
    ENTER();
    const char *name = value_of(device, "name");
    snprintf(text, length, "%s", name ? name : "Stub GPU");
    for (; *text; text++)
        if (*text == '_')
            *text = ' ';
    return 0;
}

int cuDeviceGetUuid_v2(unsigned char *uuid, int device)
{
    ENTER();
    memcpy(uuid, "\x5e\xed\0\0\0\0\x40\0\x80\0\0\0\0\0\0", 16);
    uuid[15] = (unsigned char)device;
    return 0;
}

int cuDeviceGetPCIBusId(char *text, int length, int device)
{
    ENTER();
    snprintf(text, length, "0000:%02X:00.0", 0x17 + device);
    return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    ENTER();
    switch (attribute) {
    case 16: *value = (int)number(device, "multiprocessors", 4); return 0;
    case 20: *value = (int)number(device, "compute_mode", 0); return 0;
    case 32: *value = (int)number(device, "ecc", 1); return 0;
    case 75: *value = (int)number(device, "major", 9); return 0;
    case 76: *value = (int)number(device, "minor", 0); return 0;
    }
    return INVALID_VALUE;
}

int cuDeviceTotalMem_v2(size_t *size, int device)
{
    ENTER();
    *size = number(device, "total_mb", 16384) * MIB;
    return 0;
}

int cuDevicePrimaryCtxRetain(void **context, int device)
{
    current = device;
    ENTER();
    lock_ledger();
    own_holding()->gpu = device;
    unlock_ledger();
    *context = (void *)HANDLE;
    return take(number(device, "context_mb", 400) * MIB);
}

int cuCtxSetCurrent(void *context)
{
    (void)context;
    ENTER();
    return 0;
}

int cuCtxSynchronize(void)
{
    ENTER();
    return 0;
}

int cuMemGetInfo_v2(size_t *free, size_t *total)
{
    ENTER();
    u64 held, limit = number(current, "limit_mb", 0) * MIB;
    lock_ledger();
    users_of(current, &held);
    u64 own = own_holding()->bytes;
    unlock_ledger();
    *total = number(current, "total_mb", 16384) * MIB;
    *free = *total - held - number(current, "others_mb", 0) * MIB;
    if (limit && is(current, "limit", "hijack")) {
        *total = limit;
        *free = limit - own;
    }
    return 0;
}

int cuMemAlloc_v2(u64 *address, size_t size)
{
    ENTER();
    int result = used_buffers < MOST_BUFFERS ? take(size) : OUT_OF_MEMORY;
    if (result)
        return result;
    buffers[used_buffers] = (buffer_t){calloc(1, REAL), size};
    *address = (u64)used_buffers++ << SHIFT;
    return 0;
}

int cuMemFree_v2(u64 address)
{
    ENTER();
    buffer_t *buffer = &buffers[address >> SHIFT];
    if (!real_at(address, 1))
        return INVALID_VALUE;
    lock_ledger();
    own_holding()->bytes -= buffer->size;
    unlock_ledger();
    free(buffer->real);
    *buffer = (buffer_t){0};
    return 0;
}

int cuMemHostAlloc(void **address, size_t size, unsigned flags)
{
    (void)flags;
    ENTER();
    *address = malloc(size);
    return 0;
}

int cuMemFreeHost(void *address)
{
    ENTER();
    free(address);
    return 0;
}

static void pass(u64 bytes)
{
    clock_ms += (double)bytes / 1e6 / (double)number(current, "pcie_gbs", 50);
}

int cuMemsetD32_v2(u64 address, unsigned word, size_t words)
{
    ENTER();
    uint32_t *real = (uint32_t *)real_at(address, words * 4);
    if (!real)
        return ILLEGAL_ADDRESS;
    for (u64 i = 0; i < really(words * 4) / 4; i++)
        real[i] = word;
    if (words > 77)
        flip("memset", (uint8_t *)real);
    return 0;
}

int cuMemcpyHtoD_v2(u64 address, const void *source, size_t size)
{
    ENTER();
    uint8_t *real = real_at(address, size);
    if (!real)
        return ILLEGAL_ADDRESS;
    memcpy(real, source, really(size));
    pass(size);
    return 0;
}

int cuMemcpyDtoH_v2(void *target, u64 address, size_t size)
{
    ENTER();
    uint8_t *real = real_at(address, size);
    if (!real)
        return ILLEGAL_ADDRESS;
    memcpy(target, real, really(size));
    pass(size);
    return 0;
}
