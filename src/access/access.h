/* access.h -- who is asking: organisations, users, roles, tokens and sessions.
 *
 * Deny by default.  An identity is found from a token or a session; access_may() holds it against a
 * route's scope.  Secrets are kept as digests (tokens) or Argon2id (passwords); every change and
 * every failed try is one transaction with its audit entry. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "audit/audit.h"
#include "ground/clock.h"

struct access;
