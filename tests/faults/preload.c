/*
 * A file system that misbehaves: preloaded into a program, it answers calls on paths that contain PRELOAD_UNDER as the
 * rules in PRELOAD_FAULTS say, CALL[/PART]=EFFECT[@N] with blanks between them: every such CALL (or only the Nth) on a
 * path that contains PART from there on. An effect is the name of an error, or one of
 *
 *   hang     it never returns                      kill     the process dies in it
 *   granted  (fcntl, flock) it succeeds at once    lax      (open) O_EXCL counts for nothing
 *   torn     (rename) the new content comes by and by; gone   the name is away for a moment
 *   hide     (readdir) the name is not listed      stale    (read) what was read first is read again
 *   damage   (write) one bit is another            squash   (fstat) the file is nobody's
 *   late     (fstat) the file was written in two minutes
 *
 * PRELOAD_AHEAD is by how many seconds the clock is ahead.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RULES 8
#define NOBODY 65534
#define KEPT 4096
#define SOON 20000 /* microseconds */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const struct { const char *name; int number; } ERRORS[] = {
    {"EACCES", EACCES}, {"EDQUOT", EDQUOT}, {"EIO", EIO},       {"ENOLCK", ENOLCK},
    {"ENOSPC", ENOSPC}, {"EROFS", EROFS},   {"ESTALE", ESTALE}, {NULL, 0},
};

static int counts[RULES];

/* Whether this rule is for the call; what it is to do is then copied to `effect`. */
static int applies(const char *rule, int index, const char *call, const char *path, char *effect) {
    char name[32] = "", part[64] = "";
    int only = 0;
    if (sscanf(rule, "%31[^/=]/%63[^=]=%31[^@]@%d", name, part, effect, &only) < 3 &&
        sscanf(rule, "%31[^/=]=%31[^@]@%d", name, effect, &only) < 2)
        return 0;
    if (strcmp(name, call) != 0 || strstr(path, part) == NULL)
        return 0;
    return ++counts[index % RULES] == only || only == 0;
}

/* What is to happen to this call, "" for nothing; hangs and deaths happen here. */
static const char *fault(const char *call, const char *path) {
    static __thread char effect[32], rules[512];
    const char *told = getenv("PRELOAD_FAULTS"), *under = getenv("PRELOAD_UNDER");
    char *rest = NULL;
    int index = 0;
    if (told == NULL || under == NULL || (path = strstr(path, under)) == NULL)
        return "";
    snprintf(rules, sizeof rules, "%s", told);
    for (char *rule = strtok_r(rules, " ", &rest); rule != NULL; rule = strtok_r(NULL, " ", &rest), index++) {
        if (!applies(rule, index, call, path, effect))
            continue;
        while (strcmp(effect, "hang") == 0)
            pause();
        if (strcmp(effect, "kill") == 0)
            raise(SIGKILL);
        return effect;
    }
    return "";
}

/* The error that the effect is; then errno is set. */
static int failed(const char *effect) {
    for (int i = 0; ERRORS[i].name != NULL; i++)
        if (strcmp(effect, ERRORS[i].name) == 0) {
            errno = ERRORS[i].number;
            return 1;
        }
    return 0;
}

static const char *path_of(int descriptor) {
    static __thread char path[PATH_MAX];
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return path;
}

#define OPEN(function)                                                                  \
    int function(const char *path, int flags, ...) {                                    \
        va_list rest;                                                                   \
        va_start(rest, flags);                                                          \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                       \
        va_end(rest);                                                                   \
        const char *effect = fault("open", path);                                       \
        if (failed(effect))                                                             \
            return -1;                                                                  \
        return REAL(function)(path, strcmp(effect, "lax") == 0 ? flags & ~O_EXCL : flags, mode); \
    }
OPEN(open)
OPEN(open64)

int fsync(int descriptor) {
    return failed(fault("fsync", path_of(descriptor))) ? -1 : REAL(fsync)(descriptor);
}

int unlink(const char *path) {
    return failed(fault("unlink", path)) ? -1 : REAL(unlink)(path);
}

int mkdir(const char *path, mode_t mode) {
    return failed(fault("mkdir", path)) ? -1 : REAL(mkdir)(path, mode);
}

ssize_t write(int descriptor, const void *content, size_t size) {
    const char *effect = fault("write", path_of(descriptor));
    if (failed(effect))
        return -1;
    if (strcmp(effect, "damage") != 0 || size == 0)
        return REAL(write)(descriptor, content, size);
    char *other = memcpy(malloc(size), content, size);
    other[size / 64] ^= 1;
    ssize_t written = REAL(write)(descriptor, other, size);
    free(other);
    return written;
}

ssize_t read(int descriptor, void *content, size_t size) {
    static char kept[KEPT];
    static ssize_t first = 0;
    const char *effect = fault("read", path_of(descriptor));
    if (failed(effect))
        return -1;
    ssize_t length = REAL(read)(descriptor, content, size);
    if (strcmp(effect, "stale") != 0 || length <= 0 || length > KEPT)
        return length;
    if (first == 0)
        memcpy(kept, content, first = length);
    memcpy(content, kept, first);
    return first;
}

/* The content under its new name in two parts, as no rename would have it. */
static int tear(const char *from, const char *to) {
    char content[KEPT];
    int source = REAL(open)(from, O_RDONLY), target = REAL(open)(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ssize_t length = REAL(read)(source, content, sizeof content);
    ssize_t written = REAL(write)(target, content, length / 2);
    usleep(SOON);
    written += REAL(write)(target, content + written, length - written);
    close(source);
    close(target);
    REAL(unlink)(from);
    return written == length ? 0 : -1;
}

int rename(const char *from, const char *to) {
    const char *effect = fault("rename", to);
    if (failed(effect))
        return -1;
    if (strcmp(effect, "torn") == 0)
        return tear(from, to);
    if (strcmp(effect, "gone") == 0) {
        REAL(unlink)(to);
        usleep(SOON);
    }
    return REAL(rename)(from, to);
}

#define FCNTL(function)                                                                 \
    int function(int descriptor, int how, ...) {                                        \
        va_list rest;                                                                   \
        va_start(rest, how);                                                            \
        void *argument = va_arg(rest, void *);                                          \
        va_end(rest);                                                                   \
        if (how != F_SETLK && how != F_SETLKW)                                          \
            return REAL(function)(descriptor, how, argument);                           \
        const char *effect = fault("fcntl", path_of(descriptor));                       \
        if (failed(effect))                                                             \
            return -1;                                                                  \
        return strcmp(effect, "granted") == 0 ? 0 : REAL(function)(descriptor, how, argument); \
    }
FCNTL(fcntl)
FCNTL(fcntl64)

int flock(int descriptor, int how) {
    const char *effect = fault("flock", path_of(descriptor));
    if (failed(effect))
        return -1;
    return strcmp(effect, "granted") == 0 ? 0 : REAL(flock)(descriptor, how);
}

#define FSTAT(function, type)                                                           \
    int function(int descriptor, struct type *found) {                                  \
        const char *effect = fault("fstat", path_of(descriptor));                       \
        int result = failed(effect) ? -1 : REAL(function)(descriptor, found);           \
        if (strcmp(effect, "squash") == 0)                                              \
            found->st_uid = found->st_gid = NOBODY;                                     \
        if (strcmp(effect, "late") == 0)                                                \
            found->st_mtim.tv_sec += 120;                                               \
        return result;                                                                  \
    }
FSTAT(fstat, stat)
FSTAT(fstat64, stat64)

#define READDIR(function, type)                                                         \
    struct type *function(DIR *folder) {                                                \
        const char *path = path_of(dirfd(folder));                                      \
        char whole[PATH_MAX + 256];                                                     \
        for (;;) {                                                                      \
            struct type *entry = REAL(function)(folder);                                \
            if (entry == NULL)                                                          \
                return NULL;                                                            \
            snprintf(whole, sizeof whole, "%s/%s", path, entry->d_name);                \
            const char *effect = fault("readdir", whole);                               \
            if (failed(effect))                                                         \
                return NULL;                                                            \
            if (strcmp(effect, "hide") != 0)                                            \
                return entry;                                                           \
        }                                                                               \
    }
READDIR(readdir, dirent)
READDIR(readdir64, dirent64)

int clock_gettime(clockid_t clock, struct timespec *now) {
    const char *ahead = getenv("PRELOAD_AHEAD");
    int result = REAL(clock_gettime)(clock, now);
    if (ahead != NULL && clock == CLOCK_REALTIME)
        now->tv_sec += atoi(ahead);
    return result;
}
