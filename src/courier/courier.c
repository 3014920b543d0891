/* courier.c -- letters over HTTP: the only file that knows libcurl.
 *
 * Only what the operator named is spoken to: no redirect is followed, no proxy of the environment
 * is used, nothing of the answer is kept but its status. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "courier/courier.h"

#include <curl/curl.h>

enum { COURIER_CONNECT_S = 5, COURIER_ANSWER_S = 15, HEADER_BYTES = 256, ERRAND_S = 60 };

static size_t ignore(char *bytes, size_t size, size_t count, void *self)
{
    (void)bytes;
    (void)self;
    return size * count;
}

static struct curl_slist *header_add(struct curl_slist *list, const char *name, const char *value)
{
    char bytes[HEADER_BYTES];
    struct text text = text_over(bytes, sizeof bytes);
    text_addf(&text, "%s: %s", name, value);
    struct curl_slist *more = text.full ? NULL : curl_slist_append(list, text.at);
    return more == NULL ? list : more;
}

static enum status post(void *self, const struct courier_letter *letter, int *http_status)
{
    (void)self;
    long answered = 0;
    CURL *line = curl_easy_init();
    if (line == NULL)
        return STATUS_IO;
    struct curl_slist *headers = header_add(NULL, "Content-Type", "application/json");
    headers = header_add(headers, "Cutline-Signature", letter->signature);
    headers = header_add(headers, "Cutline-Delivery", letter->id);
    headers = header_add(headers, "Expect", "");
    (void)curl_easy_setopt(line, CURLOPT_URL, letter->url);
    (void)curl_easy_setopt(line, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(line, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(line, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(line, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(line, CURLOPT_CONNECTTIMEOUT, (long)COURIER_CONNECT_S);
    (void)curl_easy_setopt(line, CURLOPT_TIMEOUT, (long)COURIER_ANSWER_S);
    (void)curl_easy_setopt(line, CURLOPT_USERAGENT, "cutline");
    (void)curl_easy_setopt(line, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(line, CURLOPT_POSTFIELDS, letter->body.at);
    (void)curl_easy_setopt(line, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)letter->body.size);
    (void)curl_easy_setopt(line, CURLOPT_WRITEFUNCTION, ignore);
    CURLcode code = curl_easy_perform(line);
    if (code == CURLE_OK)
        (void)curl_easy_getinfo(line, CURLINFO_RESPONSE_CODE, &answered);
    curl_slist_free_all(headers);
    curl_easy_cleanup(line);
    *http_status = (int)answered;
    return code == CURLE_OK ? STATUS_OK : STATUS_IO;
}

/* ---- errands ---- */

static size_t hear(char *bytes, size_t size, size_t count, void *self)
{
    struct text *answer = self;
    text_add(answer, (struct slice){bytes, size * count});
    return size * count;
}

/* The one header that somebody may want: up to its first attribute. */
static size_t hear_header(char *bytes, size_t size, size_t count, void *self)
{
    static const struct slice NAME = SLICE("set-cookie: ");
    struct text *cookie = self;
    struct slice value = {bytes, size * count};
    if (cookie == NULL || cookie->size > 0 || value.size < NAME.size ||
        strncasecmp(value.at, NAME.at, NAME.size) != 0)
        return size * count;
    size_t end = NAME.size;
    while (end < value.size && value.at[end] != ';' && value.at[end] != '\r')
        end++;
    text_add(cookie, (struct slice){value.at + NAME.size, end - NAME.size});
    return size * count;
}

static void set_errand(CURL *line, const struct courier_errand *errand)
{
    (void)curl_easy_setopt(line, CURLOPT_URL, errand->url);
    (void)curl_easy_setopt(line, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(line, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(line, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(line, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(line, CURLOPT_CONNECTTIMEOUT, (long)COURIER_CONNECT_S);
    (void)curl_easy_setopt(line, CURLOPT_TIMEOUT,
                           (long)(errand->patience_s > 0 ? errand->patience_s : ERRAND_S));
    (void)curl_easy_setopt(line, CURLOPT_USERAGENT, "cutline");
    (void)curl_easy_setopt(line, CURLOPT_WRITEFUNCTION, hear);
    (void)curl_easy_setopt(line, CURLOPT_WRITEDATA, errand->answer);
    (void)curl_easy_setopt(line, CURLOPT_HEADERFUNCTION, hear_header);
    (void)curl_easy_setopt(line, CURLOPT_HEADERDATA, errand->cookie);
    if (!errand->post) {
        (void)curl_easy_setopt(line, CURLOPT_HTTPGET, 1L);
        return;
    }
    (void)curl_easy_setopt(line, CURLOPT_POSTFIELDS, errand->body.at);
    (void)curl_easy_setopt(line, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)errand->body.size);
}

enum status courier_go(struct courier_line *line, struct courier_errand *errand)
{
    struct curl_slist *headers = header_add(NULL, "Expect", "");
    if (line->line == NULL)
        line->line = curl_easy_init();
    if (line->line == NULL)
        return STATUS_IO;
    for (size_t i = 0; i < sizeof errand->header / sizeof errand->header[0]; i++) {
        struct curl_slist *more =
            errand->header[i] == NULL ? headers : curl_slist_append(headers, errand->header[i]);
        headers = more == NULL ? headers : more;
    }
    set_errand(line->line, errand);
    (void)curl_easy_setopt(line->line, CURLOPT_HTTPHEADER, headers);
    CURLcode code = curl_easy_perform(line->line);
    long answered = 0;
    curl_off_t wait = 0;
    (void)curl_easy_getinfo(line->line, CURLINFO_RESPONSE_CODE, &answered);
    (void)curl_easy_getinfo(line->line, CURLINFO_RETRY_AFTER, &wait);
    (void)curl_easy_setopt(line->line, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    errand->http_status = (int)answered;
    errand->wait_s = wait;
    return code == CURLE_OK ? STATUS_OK : STATUS_IO;
}

void courier_hang_up(struct courier_line *line)
{
    if (line->line != NULL)
        curl_easy_cleanup(line->line);
    line->line = NULL;
}

struct courier courier_of_network(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT); /* from main/, before there are threads */
    return (struct courier){post, NULL};
}
