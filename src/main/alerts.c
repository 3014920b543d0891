/* alerts.c -- where alerts go in a running service: into the bulletin, and from there to a file and
 * to receivers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "say.h"

#include <stdlib.h>

enum { QUEUE_BYTES = 16 << 20, SECRET_BYTES_MAX = 4096, WHY_MAX = 1024 };

void alerts_reached(void *self, uint64_t position)
{
    struct service *service = self;
    figures_reached(service, position);
    bulletin_reached(service->bulletin, position);
}

uint64_t alerts_kept(void *self)
{
    const struct service *service = self;
    return bulletin_kept(service->bulletin);
}

static void alerts_failed(void *self, enum status status)
{
    const struct service *service = self;
    LOG(&service->log, failed, LOG_TEXT(what, SLICE("alerts can no longer be kept")),
        LOG_TEXT(status, slice_of(status_name(status))));
    _Exit(EXIT_FAILED); /* the journal makes them again */
}

static void alerts_sealed(void *self, uint64_t done, uint64_t all)
{
    struct service *service = self;
    int64_t now = service->clock.ticks_ms(service->clock.self);
    if (done < all && now - service->second_ms < SECOND_MS)
        return;
    service->second_ms = now;
    LOG(&service->log, sealing, LOG_WHOLE(count, done), LOG_WHOLE(last, all));
    notify_manager("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=sealing");
}

/* The folder and the name of alerts.file. */
static enum exit_code file_of(struct service *service, struct bulletin_options *options)
{
    struct slice path = service->config.alerts_file;
    if (path.size == 0)
        return EXIT_DONE;
    const char *slash = strrchr(path.at, '/');
    struct slice folder = slash == NULL ? SLICE(".") : slash == path.at ? SLICE("/") : path;
    if (folder.at == path.at)
        folder.size = (size_t)(slash - path.at);
    if (slice_copy(service->boot, folder, &folder) != STATUS_OK)
        return say_no_memory(service->command);
    options->file_name = slash == NULL ? path.at : slash + 1;
    if (volume_of_directory(&service->alerts_folder, folder.at, service->boot) != STATUS_OK ||
        strlen(options->file_name) >= VOLUME_NAME_MAX) {
        COMPLAIN(service->command, "%s: alerts cannot be written there.", "%s：无法在此写入告警。",
                 path.at);
        return EXIT_INPUT;
    }
    options->file_volume = &service->alerts_folder;
    return EXIT_DONE;
}

static struct slice without_line_end(struct slice secret)
{
    while (secret.size != 0 && (unsigned char)secret.at[secret.size - 1] <= ' ')
        secret.size--;
    return secret;
}

static enum exit_code webhooks_of(struct service *service, struct bulletin_options *options)
{
    const struct config *config = &service->config;
    struct bulletin_webhook *webhook;
    if (ARENA_NEW(service->boot, config->webhooks_count + 1, &webhook) != STATUS_OK)
        return say_no_memory(service->command);
    for (unsigned i = 0; i < config->webhooks_count; i++) {
        const struct config_webhook *said = &config->webhooks[i];
        enum disk_fault fault = DISK_FAILED;
        struct slice secret;
        if (disk_read_all(said->secret.at, SECRET_BYTES_MAX, service->boot, &secret, &fault) !=
            STATUS_OK) {
            complain_fault(service->command, said->secret.at, fault);
            return EXIT_INPUT;
        }
        webhook[i] =
            (struct bulletin_webhook){said->url.at, without_line_end(secret), said->filter};
    }
    options->webhook = webhook;
    options->webhooks_count = config->webhooks_count;
    return EXIT_DONE;
}

enum exit_code alerts_open(struct service *service)
{
    char bytes[WHY_MAX] = "";
    struct text why = text_over(bytes, sizeof bytes);
    struct bulletin_options options = {
        .store = service->store,
        .store_path = service->store_path,
        .pseudonym = service->access_keys.pseudonym,
        .sealing = service->access_keys.alert,
        .chance = seal_chance_of_machine(),
        .zone_minutes = service->config.home_zone,
        .queue_bytes_max = QUEUE_BYTES,
        .clock = service->clock,
        .courier = courier_of_network(),
        .failed = alerts_failed,
        .sealed = alerts_sealed,
        .self = service,
    };
    enum exit_code code = file_of(service, &options);
    if (code == EXIT_DONE)
        code = webhooks_of(service, &options);
    if (code != EXIT_DONE)
        return code;
    enum status status = bulletin_open(&service->bulletin, &options, service->boot, &why);
    if (status == STATUS_OK)
        status = bulletin_source(service->bulletin, &service->ruleset->image, false, service->boot,
                                 &service->alerts);
    if (status == STATUS_OK)
        return EXIT_DONE;
    COMPLAIN(service->command, "alerts cannot be kept: %s.", "无法保存告警：%s。",
             why.size == 0 ? status_meaning(status) : bytes);
    return status == STATUS_MALFORMED ? EXIT_INPUT : EXIT_FAILED;
}
