/* body_fuzz.c -- JSON bodies from outside, held against every route's members.
 *
 * The first byte says which route; what is read must hold what members.inc promises. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What is read without the library is what the library reads. */
static void compare_plain(struct visit *visit, struct slice body)
{
    if (!visit_plain_read(visit, body))
        return;
    struct plain *plain = visit->plain;
    visit->plain = NULL;
    must(visit_body_read(visit, body));
    must(json_object_size(visit->json) == plain->count);
    for (unsigned i = 0; i < plain->count; i++) {
        char name[64] = "";
        must(plain->member[i].name.size < sizeof name);
        memcpy(name, plain->member[i].name.at, plain->member[i].name.size);
        must(slice_equal(visit_text(visit, name), plain->member[i].text));
    }
    json_decref(visit->json);
    visit->json = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct visit visit = {0};
    if (size == 0 || arena_create(&visit.arena, 1 << 20) != STATUS_OK)
        return 0;
    visit.route = &ROUTES[bytes[0] % ROUTES_COUNT];
    struct slice body = {(const char *)bytes + 1, size - 1};
    compare_plain(&visit, body);
    if (visit_body_read(&visit, body)) {
        (void)visit_text(&visit, "reason");
        (void)visit_whole(&visit, "days", 0);
        (void)visit_flag(&visit, "reason");
        (void)visit_words(&visit, "roles");
        (void)visit_words(&visit, "scopes");
    } else {
        must(visit.answer.status == 400);
    }
    json_decref(visit.json);
    arena_destroy(visit.arena);
    return 0;
}
