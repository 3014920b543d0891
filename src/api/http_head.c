/* http_head.c -- whether a request's head can be understood in one way only.
 *
 * The library is lenient where a reader in front of us may be strict, or the reverse; what lies
 * between the two is how requests are smuggled.  smuggle_test.inc is the list. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/http_inside.h"

#include <microhttpd.h>

/* Whether a header's line ended in CR LF and was not folded.  The library tells neither, but it
 * leaves its traces in the buffer where names and values lie: it puts a NUL over each byte of the
 * line's end, so one NUL alone was a lonely LF; behind it the next line begins, at the latest the
 * empty one. */
static bool line_is_whole(const char *value, size_t size)
{
    return strlen(value) == size && value[size + 1] == 0 && value[size + 2] != ' ' &&
           value[size + 2] != '\t';
}

static enum MHD_Result framing_see(void *self, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct framing *framing = self;
    struct slice key = {name, name_size};
    if (value == NULL || strlen(name) != name_size || !line_is_whole(value, value_size)) {
        framing->broken = true;
        return MHD_NO;
    }
    if (key.size == 14 && strncasecmp(name, "content-length", 14) == 0)
        framing->lengths++;
    else if (key.size == 17 && strncasecmp(name, "transfer-encoding", 17) == 0) {
        framing->transfers++;
        framing->chunked = value_size == 7 && strncasecmp(value, "chunked", 7) == 0;
    } else if (key.size == 4 && strncasecmp(name, "host", 4) == 0)
        framing->hosts++;
    else if (key.size == 13 && strncasecmp(name, "authorization", 13) == 0)
        framing->authorizations++;
    else if (key.size == 6 && strncasecmp(name, "expect", 6) == 0)
        framing->expects++;
    for (size_t i = 0; i < name_size; i++)
        framing->broken |= name[i] <= ' ' || name[i] == 0x7F;
    for (size_t i = 0; i < value_size; i++)
        framing->broken |= ((unsigned char)value[i] < ' ' && value[i] != '\t') || value[i] == 0x7F;
    return MHD_YES;
}

struct arguments {
    struct arena *request;
    bool malformed;
    bool starved; /* not its fault */
};

static enum MHD_Result argument_see(void *self, enum MHD_ValueKind kind, const char *name,
                                    size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct arguments *arguments = self;
    char *room = NULL;
    size_t size = 0;
    if (arena_take(arguments->request, name_size + value_size + 1, (void **)&room) != STATUS_OK)
        arguments->starved = true;
    else if (query_unescape((struct slice){name, name_size}, room, &size) != STATUS_OK ||
             query_unescape((struct slice){value, value_size}, room, &size) != STATUS_OK)
        arguments->malformed = true;
    return arguments->malformed || arguments->starved ? MHD_NO : MHD_YES;
}

int head_check(struct http_request *request, const char *version, size_t bytes_max,
               struct framing *framing)
{
    struct MHD_Connection *connection = request->connection;
    bool old = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
    if (!old && strcmp(version, MHD_HTTP_VERSION_1_1) != 0)
        return MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    if (info != NULL && info->header_size > bytes_max)
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, framing_see, framing);
    if (framing->broken || framing->hosts > 1 || framing->authorizations > 1 ||
        framing->lengths > 1 || framing->transfers > 1)
        return MHD_HTTP_BAD_REQUEST;
    if (framing->transfers == 1 && (old || !framing->chunked || framing->lengths > 0))
        return MHD_HTTP_BAD_REQUEST;
    struct arguments arguments = {.request = request->arena};
    (void)MHD_get_connection_values_n(connection, MHD_GET_ARGUMENT_KIND, argument_see, &arguments);
    if (arguments.starved)
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    return arguments.malformed ? MHD_HTTP_BAD_REQUEST : 0;
}

uint64_t length_read(struct slice value)
{
    uint64_t length = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.at[i] < '0' || value.at[i] > '9' || length > UINT64_MAX / 16)
            return UINT64_MAX;
        length = length * 10 + (uint64_t)(value.at[i] - '0');
    }
    return value.size == 0 ? 0 : length;
}
