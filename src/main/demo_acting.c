/* demo_acting.c -- who asks next, and small things that all who act by themselves need. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "demo_acting.h"

#include "reading.h"

enum { URL_BYTES = 256 };

bool acting_as(struct acting *acting, const char *login)
{
    return people_become(&acting->demo->people, login, acting->client) == STATUS_OK;
}

int64_t acting_number(const char *id)
{
    int64_t number = 0;
    for (const char *at = id; *at != '\0'; at++)
        number = (number * 31 + *at) & INT32_MAX;
    return number;
}

void acting_now(const struct acting *acting, char out[DEMO_WORD_MAX], int64_t ago_ms)
{
    struct text text = text_over(out, DEMO_WORD_MAX);
    moment now = acting->demo->clock.now(acting->demo->clock.self);
    text_add_moment(&text, (moment){now.ms - ago_ms}, DEMO_ZONE);
}

bool acting_reveal(struct acting *acting, const char *id, const char *field, char *out, size_t size)
{
    char path[URL_BYTES], fields[DEMO_WORD_MAX];
    struct text text = text_over(path, sizeof path), list = text_over(fields, sizeof fields);
    out[0] = '\0';
    text_addf(&text, "/v1/work/%s/reveal", id);
    text_addf(&list, "[\"%s\"]", field);
    demo_body(acting->client, PAIRS("fields", fields, "reason", "to act on it / 处置需要"));
    if (demo_post(acting->client, path, NULL) != STATUS_OK)
        return false;
    demo_member_of(answered_member(text_slice(&acting->client->answer), "fields"), field, out,
                   size);
    return out[0] != '\0';
}
