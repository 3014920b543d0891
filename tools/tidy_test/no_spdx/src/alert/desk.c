/* desk.c -- in the story. SPDX-License-Identifier: Apache-2.0 */
