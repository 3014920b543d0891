/* http_answer.c -- what stands at the head of every answer, whoever words it.  An answer that
 * brings one of these headers itself, like a page with its own policy, is believed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http_inside.h"

#include <microhttpd.h>

static const struct {
    const char *name, *value;
} ALWAYS[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Frame-Options", "DENY"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

/* Whether the answer says one of ALWAYS itself. */
static bool said(const struct http_answer *answer, const char *name)
{
    for (unsigned i = 0; i < answer->headers_count; i++)
        if (strcmp(answer->header[i].name, name) == 0)
            return true;
    return false;
}

void headers_add(const struct http_request *request, struct MHD_Response *response, bool secure,
                 bool closing)
{
    const struct http_answer *answer = &request->answer;
    for (size_t i = 0; i < sizeof ALWAYS / sizeof ALWAYS[0]; i++)
        if (!said(answer, ALWAYS[i].name))
            (void)MHD_add_response_header(response, ALWAYS[i].name, ALWAYS[i].value);
    if (secure)
        (void)MHD_add_response_header(response, "Strict-Transport-Security", "max-age=63072000");
    if (answer->type != NULL)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
    for (unsigned i = 0; i < answer->headers_count; i++) {
        struct slice value = {0};
        if (slice_copy(request->arena, answer->header[i].value, &value) == STATUS_OK)
            (void)MHD_add_response_header(response, answer->header[i].name, value.at);
    }
    if (request->close || closing)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}
