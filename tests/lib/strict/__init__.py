"""A provider of all five forms of request that takes only what the vendors' APIs take, and answers by scene."""
