"""Settings: read once from the environment and an optional YAML file, then frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

DEFAULTS = Path(__file__).parent / "defaults.yaml"


class Settings(BaseSettings):
    """Every setting of an installation. Environment (``KEEPSIGHT_...``) over YAML over these defaults."""

    model_config = SettingsConfigDict(
        env_prefix="KEEPSIGHT_", frozen=True, extra="ignore", yaml_file=DEFAULTS, populate_by_name=True
    )

    env: Literal["development", "production"] = Field(
        "development", description="production refuses weak keys"
    )
    var: Path = Field(Path("var"), description="folder of runtime files, so that installations never meet")
    secret_key: SecretStr | None = Field(
        None, description="at least 32 characters; made and kept in var/ when absent in development"
    )
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("KEEPSIGHT_DATABASE_URL", "DATABASE_URL"),
        description="store; SQLite in var/ when absent",
    )
    port: int | None = Field(
        None,
        ge=0,
        le=65535,
        validation_alias=AliasChoices("KEEPSIGHT_PORT", "PORT"),
        description="port to serve on; the next free of 8050 to 8059 when absent, 0 for any",
    )
    workers: int = Field(2, ge=1, le=64, description="processes that answer")
    threads: int = Field(4, ge=1, le=64, description="threads of each process")
    challengers: tuple[str, ...] = Field(
        (), description="classifiers of scikit-learn that each training compares besides, by dotted path"
    )
    contact: str = Field("your Keepsight administrator", description="whom people may turn to")
    at_risk_share: float = Field(0.10, gt=0, lt=1, description="share of active customers on the list")
    value_months: int = Field(
        12, ge=1, le=120, description="a customer's value in months of revenue, where the spec names none"
    )
    refused_share: float = Field(
        0.05, ge=0, le=1, description="share of bad rows above which a load is refused"
    )
    two_person_rule: bool = Field(
        False, description="whoever trained a version may not sign it: somebody else has to"
    )
    repair_hours: int = Field(
        24, ge=1, le=8760, description="how long it realistically takes to mend a model that failed"
    )
    file_limit_mb: int = Field(2000, ge=1, description="largest file read")
    cell_limit_kb: int = Field(64, ge=1, description="largest single cell read")
    column_limit: int = Field(2000, ge=1, description="most columns read")
    link_minutes: int = Field(30, ge=1, le=1440, description="how long a one-time link is valid")
    proxies: int = Field(0, ge=0, le=9, description="proxies in front whose X-Forwarded headers are believed")
    idle_minutes: int = Field(30, ge=1, description="a session ends after this time without a request")
    session_hours: int = Field(12, ge=1, description="a session ends after this time, whatever")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment above the YAML defaults; read no .env file behind anyone's back."""
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls)

    @property
    def store_url(self) -> str:
        """The store's SQLAlchemy URL: ``postgres://`` mapped to its driver, SQLite in var/ by default."""
        url = self.database_url
        if not url:
            return f"sqlite:///{(self.var / 'keepsight.db').resolve()}"
        for prefix in ("postgres://", "postgresql://"):
            if url.startswith(prefix):
                return "postgresql+psycopg://" + url.removeprefix(prefix)
        return url
