/* What a test tells a stub: words in the environment variable WORDS, KEY=VALUE for every GPU or INDEX.KEY=VALUE for
   one, of which the first that fits counts. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY = -1, LONGEST = 96 };

/* The value of this key, up to the next blank; NULL where it is not set. */
static const char *value_of(int gpu, const char *key)
{
    static char value[LONGEST];
    char own[LONGEST];
    snprintf(own, sizeof own, "%d.%s=", gpu, key);
    const char *names[] = {own, strchr(own, '.') + 1};
    const char *words = getenv(WORDS);
    for (int i = gpu == EVERY; words && i < 2; i++)
        for (const char *at = words; (at = strstr(at, names[i])); at++)
            if (at == words || at[-1] == ' ') {
                at += strlen(names[i]);
                snprintf(value, sizeof value, "%.*s", (int)strcspn(at, " "), at);
                return value;
            }
    return NULL;
}

static long number(int gpu, const char *key, long otherwise)
{
    const char *value = value_of(gpu, key);
    return value ? strtol(value, NULL, 0) : otherwise;
}

static int is(int gpu, const char *key, const char *wanted)
{
    const char *value = value_of(gpu, key);
    return value && !strcmp(value, wanted);
}
