"""The account out of 参数表, and its password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keyring.errors
import pytest

from xlcrm.errors import MailError, ParameterError
from xlcrm.mail import keychain
from xlcrm.mail.account import Account, account_of, check_password, password_of, user_of
from xlcrm.mail.letter import Person
from xlcrm.rules.parameters import Parameters

if TYPE_CHECKING:
    from tests.keyrings import Drawer

WHOLE = {
    "邮件服务器": "smtp.example.com",
    "邮箱账号": "crm@example.com",
    "允许的收件域名": "example.com、branch.example.net",
}


def parameters(**changes: Any) -> Parameters:
    return Parameters.model_validate(WHOLE | changes)


@pytest.fixture
def account() -> Account:
    return account_of(parameters())


def test_an_account_is_what_the_parameters_say() -> None:
    found = account_of(
        parameters(邮件端口=587, 邮件加密="STARTTLS", 发件人邮箱="kf@example.com", 邮件大小上限=1.5)
    )
    assert found == Account(
        server="smtp.example.com",
        port=587,
        security="STARTTLS",
        user="crm@example.com",
        sender=Person("客户管理", "kf@example.com"),
        domains=frozenset({"example.com", "branch.example.net"}),
        size_limit=1_572_864,
    )


def test_a_sender_that_is_not_given_is_the_account(account: Account) -> None:
    assert account.sender.email == "crm@example.com"


@pytest.mark.parametrize("name", WHOLE)
def test_a_missing_parameter_is_named(name: str) -> None:
    with pytest.raises(ParameterError, match=f"没有填写“{name}”"):
        account_of(Parameters.model_validate({key: value for key, value in WHOLE.items() if key != name}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"邮件服务器": "smtp.example.com:465"}, "邮件服务器.*端口写在“邮件端口”"),
        ({"邮件服务器": "https://mail.example.com"}, "邮件服务器"),
        ({"邮件服务器": "smtp example.com"}, "邮件服务器"),
        ({"邮箱账号": "客服"}, "邮箱账号.*全角字符或汉字"),
        ({"邮箱账号": "OFFICE\\crm"}, "邮箱账号.*不是邮箱.*发件人邮箱"),
        ({"发件人邮箱": "crm@example.com, boss@example.com"}, "发件人邮箱"),
        ({"发件人邮箱": "客服@example.com"}, "“发件人邮箱”写的是“客服@example.com”，不是邮箱.*英文半角"),
        ({"发件人邮箱": "crm.@example.com"}, "发件人邮箱.*不是邮箱"),
        ({"发件人邮箱": "crm@example.com\nBcc: x@example.org"}, "发件人邮箱"),
    ],
)
def test_a_wrong_parameter_is_named(changes: dict[str, str], said: str) -> None:
    with pytest.raises(ParameterError, match=f"(?s){said}"):
        account_of(parameters(**changes))


def test_there_is_no_way_without_encryption() -> None:
    with pytest.raises(ValueError, match="SSL"):
        parameters(邮件加密="无")


def test_a_name_is_enough_to_forget_a_password() -> None:
    assert user_of(Parameters.model_validate({"邮箱账号": " crm "})) == "crm"
    assert user_of(Parameters.model_validate({"发件人邮箱": "kf@example.com"})) == "kf@example.com"
    with pytest.raises(ParameterError, match="没有填写“邮箱账号”，不知道要删除哪个账号的密码"):
        user_of(Parameters())


def test_the_environment_goes_before_the_keyring(account: Account, drawer: Drawer) -> None:
    drawer.set_password(keychain.SMTP, account.user, "kept")
    assert password_of(account, {"XLCRM_SMTP_PASSWORD": "given\r\n"}) == "given"
    assert password_of(account, {"XLCRM_SMTP_PASSWORD": ""}) == "kept"


@pytest.mark.usefixtures("drawer")
def test_a_missing_password_says_where_to_put_it(account: Account) -> None:
    with pytest.raises(MailError, match=r"crm@example\.com.*xlcrm password.*XLCRM_SMTP_PASSWORD"):
        password_of(account, {})


def test_a_keyring_that_refuses_is_no_password(
    account: Account, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise keyring.errors.KeyringLocked

    monkeypatch.setattr(drawer, "get_password", locked)
    with pytest.raises(MailError, match="没有找到"):
        password_of(account, {})


@pytest.mark.parametrize("password", ["暗号甲", "ａｂｃ", "a\nb", "a\x00b"])
def test_a_password_that_no_server_takes_is_refused_unseen(account: Account, password: str) -> None:
    with pytest.raises(MailError, match="全角字符") as refused:
        password_of(account, {"XLCRM_SMTP_PASSWORD": password})
    assert password not in str(refused.value)
    with pytest.raises(MailError):
        check_password(password)
