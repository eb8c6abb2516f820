"""Settings: read once from the environment and an optional YAML file, then frozen."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from config.tangible import Unit, parse_unit
from config.working_hours import WorkingHours, parse_hours

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
    lines_by_group: bool = Field(
        False, description="a line of its own for each group may be tried; ask counsel whether it is lawful"
    )
    hold_out_share: float = Field(
        0.10, ge=0.01, le=0.5, description="share of an action's customers drawn to get nothing"
    )
    repair_hours: int = Field(
        24, ge=1, le=8760, description="how long it realistically takes to mend a model that failed"
    )
    working_hours: str = Field(
        "Mon-Fri 08:00-18:00", description="within these, no promotion changes scores or the list drastically"
    )
    time_zone: str = Field("UTC", description="the zone that working hours are told in")
    move_limit_points: float = Field(
        10.0, gt=0, le=100, description="drastic: 95th percentile of score moves above this, in points"
    )
    replaced_limit_share: float = Field(
        0.20, gt=0, le=1, description="drastic: more than this share of the at-risk list replaced"
    )
    guard_error_share: float = Field(
        0.01, ge=0, le=1, description="a trial ends above this share of answers that failed"
    )
    fail_safe_error_share: float = Field(
        0.05, ge=0, le=1, description="the model goes to fail-safe above this share of answers that failed"
    )
    guard_psi: float = Field(
        0.2, gt=0, description="a trial ends above this stability index of its scores against the champion's"
    )
    guard_list_move: float = Field(
        0.20, gt=0, description="a trial ends where the share over the at-risk line moves by this share of it"
    )
    promotion_watch_days: int = Field(
        7, ge=0, le=90, description="how long a champion is watched against the one it replaced"
    )
    guidelines_hours: float = Field(
        12, ge=0, le=24, description="evidence of guidelines is worked out again when older; 0: never"
    )
    tangible_unit: str = Field(
        "none",
        description="what money is compared with beside headline figures, with what it costs a year",
    )
    owner_g1: str = Field("the managers", description="who answers for guideline G1")
    owner_g2: str = Field("the managers", description="who answers for guideline G2")
    owner_g3: str = Field("the managers", description="who answers for guideline G3")
    owner_g4: str = Field("the managers", description="who answers for guideline G4")
    owner_g5: str = Field("the managers", description="who answers for guideline G5")
    owner_g6: str = Field("the managers", description="who answers for guideline G6")
    owner_g7: str = Field("the managers", description="who answers for guideline G7")
    owner_g8: str = Field("the managers", description="who answers for guideline G8")
    owner_g9: str = Field("the managers", description="who answers for guideline G9")
    owner_g10: str = Field("the managers", description="who answers for guideline G10")
    owner_g11: str = Field("the managers", description="who answers for guideline G11")
    least_gender_share: float = Field(
        0.40, ge=0, le=0.5, description="share of participants of user tests below which a gender is too few"
    )
    count_usage: Literal["yes", "no"] = Field(
        "yes", description="whether it is counted, without names, what is used and how fast"
    )
    drill_days: int = Field(90, ge=1, le=1095, description="how long the last drill of a switch counts")
    file_limit_mb: int = Field(2000, ge=1, description="largest file read")
    cell_limit_kb: int = Field(64, ge=1, description="largest single cell read")
    column_limit: int = Field(2000, ge=1, description="most columns read")
    link_minutes: int = Field(30, ge=1, le=1440, description="how long a one-time link is valid")
    public_complaints: bool = Field(
        False, description="people outside may complain by a form that needs no account"
    )
    feedback_days: int = Field(5, ge=1, le=60, description="working days within which feedback is answered")
    complaint_days: int = Field(
        3, ge=1, le=60, description="working days within which a complaint is answered"
    )
    proxies: int = Field(0, ge=0, le=9, description="proxies in front whose X-Forwarded headers are believed")
    idle_minutes: int = Field(30, ge=1, description="a session ends after this time without a request")
    session_hours: int = Field(12, ge=1, description="a session ends after this time, whatever")
    installation: str | None = Field(
        None, max_length=200, description="what this installation is called, in versions exported from it"
    )
    mlflow_tracking_uri: str | None = Field(
        None,
        validation_alias=AliasChoices("KEEPSIGHT_MLFLOW_TRACKING_URI", "MLFLOW_TRACKING_URI"),
        description="MLflow server that versions are shown on as well",
    )

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

    @model_validator(mode="after")
    def _hours_can_be_read(self) -> Settings:
        parse_hours(self.working_hours, self.time_zone)
        parse_unit(self.tangible_unit)
        return self

    @property
    def unit(self) -> Unit | None:
        """The tangible unit, read; None where there is none."""
        return parse_unit(self.tangible_unit)

    @property
    def hours(self) -> WorkingHours:
        """The working hours, read."""
        return parse_hours(self.working_hours, self.time_zone)

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
