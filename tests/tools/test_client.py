"""What `make client` does to the API's secret, and what it prints."""

import json
import unittest
from unittest import mock

import client as tool


class Secrets:
    """Keeps one secret."""

    def __init__(self, value):
        self.value = value

    def get_secret_value(self, SecretId):
        return {"SecretString": self.value}

    def put_secret_value(self, SecretId, SecretString):
        self.value = SecretString


def add(name, secrets):
    with mock.patch.object(tool, "where", lambda stack: (secrets, "arn", "http://127.0.0.1:7070")):
        return tool.main(name)


class ClientTest(unittest.TestCase):
    def test_every_form_of_the_secret_keeps_its_key_and_gets_the_client(self):
        for before in ("k1", " k1\n", '{"api_key": "k1"}', '{"api_key": "k1", "clients": []}'):
            secrets = Secrets(before)
            add("accounting", secrets)
            add("shop-2", secrets)
            content = json.loads(secrets.value)
            self.assertEqual(content["api_key"], "k1")
            self.assertEqual([entry["name"] for entry in content["clients"]], ["accounting", "shop-2"])
            keys = [entry["api_key"] for entry in content["clients"]]
            self.assertEqual((len(set(keys)), len(keys[0])), (2, 48))

    def test_what_is_printed_is_what_was_stored_and_where_it_goes(self):
        secrets = Secrets("k1")
        printed = add("accounting", secrets)
        entry = json.loads(secrets.value)["clients"][0]
        for value in (entry["api_key"], *entry["textin"].values(), *entry["volcengine"].values()):
            self.assertIn(value, printed)
        self.assertIn("http://127.0.0.1:7070/robot/v1.0/api/vat_invoice", printed)
        self.assertIn('set_host("127.0.0.1:7070")', printed)
        self.assertIn('set_scheme("http")', printed)
        self.assertNotIn("k1", printed.split())

    def test_a_name_that_is_taken_or_none_and_a_broken_secret_change_nothing(self):
        taken = '{"api_key": "k1", "clients": [{"name": "shop"}]}'
        for name, before in (("shop", taken), ("default", taken), ("a b", taken), ("", taken), ("new", '{"api_key": ')):
            secrets = Secrets(before)
            with self.assertRaises(tool.Refused):
                add(name, secrets)
            self.assertEqual(secrets.value, before)


if __name__ == "__main__":
    unittest.main()
