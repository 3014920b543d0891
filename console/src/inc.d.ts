/* inc.d.ts -- a list of the service's own, as text: what is told to a person stands in one place. */
/* SPDX-License-Identifier: Apache-2.0 */
declare module "*.inc" {
  const text: string;
  export default text;
}
