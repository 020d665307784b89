// Packages that bring no types: the tests use a corner of each.
declare module "oidc-provider";
declare module "smtp-server";
