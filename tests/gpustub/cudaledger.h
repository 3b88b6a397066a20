/* What all processes that use the stub of CUDA share: who holds how much of which GPU, and how often what was called.

   The file STUB_CUDA_LEDGER holds it; a process that has died holds nothing any more, as with the real driver. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_PROCESSES = 128, MOST_CALLS = 64, NAME_LENGTH = 40 };

typedef struct { int pid, gpu; unsigned long long bytes; } holding_t;
typedef struct { char name[NAME_LENGTH]; int count; } count_t;
typedef struct {
    holding_t holdings[MOST_PROCESSES];
    count_t counts[MOST_CALLS];
    int spilled; /* the process whose memory has run over into everybody else's */
} ledger_t;

static int ledger_file = -1;
static ledger_t *ledger;

static void lock_ledger(void)
{
    if (!ledger) {
        ledger_file = open(getenv("STUB_CUDA_LEDGER"), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (ledger_file < 0 || ftruncate(ledger_file, sizeof *ledger))
            abort();
        ledger = mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED, ledger_file, 0);
    }
    flock(ledger_file, LOCK_EX);
}

static void unlock_ledger(void)
{
    flock(ledger_file, LOCK_UN);
}

static int lives(int pid)
{
    char path[64], state = 'X';
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file) {
        if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            state = 'X';
        fclose(file);
    }
    return state != 'X' && state != 'Z';
}

/* This process's entry; the ledger is locked. */
static holding_t *own_holding(void)
{
    holding_t *vacant = NULL;
    for (holding_t *each = ledger->holdings; each < ledger->holdings + MOST_PROCESSES; each++) {
        if (each->pid == getpid())
            return each;
        if (!vacant && (!each->pid || !lives(each->pid)))
            vacant = each;
    }
    if (!vacant)
        abort();
    *vacant = (holding_t){getpid(), -1, 0};
    return vacant;
}

/* How many processes have this GPU open, and how many bytes they hold; the ledger is locked. */
static int users_of(int gpu, unsigned long long *bytes)
{
    int users = 0;
    *bytes = 0;
    for (holding_t *each = ledger->holdings; each < ledger->holdings + MOST_PROCESSES; each++)
        if (each->pid && each->gpu == gpu && lives(each->pid)) {
            users++;
            *bytes += each->bytes;
        }
    return users;
}

/* The how manieth call of this name it is, over all processes. */
static int count_call(const char *name)
{
    lock_ledger();
    count_t *each = ledger->counts;
    while (each->name[0] && strcmp(each->name, name))
        each++;
    snprintf(each->name, sizeof each->name, "%s", name);
    int count = ++each->count;
    unlock_ledger();
    return count;
}
