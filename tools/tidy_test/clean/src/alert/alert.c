/* alert.c -- looks wrong in many ways and is right in all of them. */
/* SPDX-License-Identifier: Apache-2.0 */

#include "alert.h"

#include "ground/ground.h"
#include <stdio.h>

/* malloc(1); strcpy(a, b); #include "nowhere.h", a {, TODO #12: has its number. */
#define OPEN_BRACE(x) if (x) {
// a line comment with a quote " and a brace {

struct heap {
    void *(*malloc)(unsigned long size);
};

static const char *const WORDS[] = {"}", "{", "/* no comment */", "malloc(3)", "\"}", "TODO"};

static int big = 1'000'000;

enum { CLOSE = '}', QUOTE = '\'', OPEN = '{' };

[[gnu::noinline]] int alert_count(struct heap *heap) __attribute__((cold))
{
    char c = '"'; /* } */
    (void)WORDS;
    heap->malloc(4);
    (*heap).malloc(4);
    return big + c + ground_count() + CLOSE;
}

int alert_odd(int (*free_one)(int), int stop)
{
    return free_one(stop);
}
