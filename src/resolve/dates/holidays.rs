//! Days with a name: fixed dates, weekdays of a month, solar terms, and the
//! feasts of the Chinese, Christian, Islamic and Jewish calendars.

use jiff::civil::Date;

use super::lunar;
use super::moon::{self, Phase};
use super::period::{Period, add_days, day};
use super::religious::{easter, hebrew_date, independence_of_israel, islamic_date, orthodox_easter};
use super::when::When;

/// How the day of a holiday is found in a given year.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// Month and day.
    Fixed(i8, i8),
    /// Month, which one (negative: from the end), weekday from Monday = 1, days after it.
    Weekday(i8, i8, i8, i32),
    /// Month and day of the Chinese calendar.
    Lunar(u8, u8),
    /// The last day of the Chinese year.
    NewYearsEve,
    /// Solar term by its index, days after it.
    SolarTerm(u8, i32),
    /// Days after Easter Sunday.
    Easter(i32),
    /// Days after the Easter Sunday of the Orthodox churches.
    OrthodoxEaster(i32),
    /// Month and day of the Islamic calendar.
    Islamic(u8, u8),
    /// Month (Nisan = 1) and day of the Hebrew calendar; holidays begin on the
    /// evening before, which is the date given.
    Hebrew(u8, u8),
    /// Independence Day of Israel, on the evening before.
    Independence,
    /// A phase of the moon in India ([`moon::evening_of`]): month and day to look
    /// from, phase, half lunations and days after it.
    Moon(i8, i8, Phase, i32, i32),
}

/// A holiday, its names separated by blanks in simplified script.
#[derive(Debug)]
pub(super) struct Holiday {
    pub names: &'static str,
    pub rule: Rule,
    /// How many days it lasts.
    pub days: u8,
    /// How many days the public holiday in mainland China has, when an
    /// expression such as 春节假期 speaks of all of them.
    pub days_off: u8,
}

const fn one(names: &'static str, rule: Rule) -> Holiday {
    many(names, rule, 1, 1)
}

const fn many(names: &'static str, rule: Rule, days: u8, days_off: u8) -> Holiday {
    Holiday {
        names,
        rule,
        days,
        days_off,
    }
}

use Rule::{
    Easter, Fixed, Hebrew, Independence, Islamic, Lunar, Moon, NewYearsEve, OrthodoxEaster, SolarTerm,
    Weekday,
};

/// Names that only stand for a holiday in front of 假期, 期间 and the like,
/// being numbers otherwise; with month, day and days off.
pub(super) const NUMERIC_NAMES: &[(&str, Rule, u8)] = &[
    ("五一", Fixed(5, 1), 5),
    ("十一", Fixed(10, 1), 7),
    ("六一", Fixed(6, 1), 1),
    ("三八", Fixed(3, 8), 1),
];

pub(super) static HOLIDAYS: &[Holiday] = &[
    // Chinese public holidays.
    one("元旦 元旦节 公历新年 阳历新年", Fixed(1, 1)),
    many(
        "春节 农历新年 农历春节 旧历新年 阴历新年 中国新年 华人新年 新春佳节 大年初一 正月初一 正月朔日 农历年初一 年初一",
        Lunar(1, 1),
        1,
        7,
    ),
    one(
        "除夕 除夕夜 大年三十 年三十 大年夜 年三十晚 农历除夕 大年除夕 岁除",
        NewYearsEve,
    ),
    one("清明节 扫墓节 民族扫墓节", SolarTerm(6, 0)),
    many(
        "劳动节 五一劳动节 五一国际劳动节 国际劳动节 五一节 国际示威游行日",
        Fixed(5, 1),
        1,
        5,
    ),
    one("端午节 端午 端阳节 龙舟节 龙船节 重午节 天中节", Lunar(5, 5)),
    one("中秋节 中秋 八月节 团圆节 仲秋节", Lunar(8, 15)),
    many("国庆节 国庆 国庆日 十一国庆节 十一国庆", Fixed(10, 1), 1, 7),
    // Other Chinese days.
    one("元宵节 上元节 小正月 元夕", Lunar(1, 15)),
    one("龙抬头 二月二龙抬头 春龙节 青龙节", Lunar(2, 2)),
    one("花朝节", Lunar(2, 12)),
    one("上巳节", Lunar(3, 3)),
    one("寒食节", SolarTerm(6, -1)),
    one("佛诞 佛诞节 佛诞日 浴佛节 灌佛会", Lunar(4, 8)),
    one("七夕 七夕节 乞巧节 七巧节 中国情人节 七姐诞 女儿节", Lunar(7, 7)),
    one("中元节 盂兰节 盂兰盆节 鬼节 施孤", Lunar(7, 15)),
    one("重阳节 重阳 重九 登高节 菊花节 老年节 敬老节", Lunar(9, 9)),
    one("寒衣节 祭祖节", Lunar(10, 1)),
    one("下元节 下元日", Lunar(10, 15)),
    one("腊八 腊八节 法宝节", Lunar(12, 8)),
    one("小年 祭灶节 灶神节 谢灶节", Lunar(12, 23)),
    one(
        "妇女节 三八妇女节 三八节 国际妇女节 国际劳动妇女节 三八国际妇女节 女神节 女生节",
        Fixed(3, 8),
    ),
    one("植树节 国际植树节", Fixed(3, 12)),
    one(
        "消费者权益日 国际消费者权益日 世界消费者权益日 三一五 3·15",
        Fixed(3, 15),
    ),
    one("全民国家安全教育日", Fixed(4, 15)),
    one("中国航天日", Fixed(4, 24)),
    one("青年节 五四青年节 “五四”青年节", Fixed(5, 4)),
    one("儿童节 六一儿童节 国际儿童节 六一节 六一国际儿童节", Fixed(6, 1)),
    one("建党节 七一建党节 建党日 建党纪念日", Fixed(7, 1)),
    one("香港回归纪念日 香港特别行政区成立纪念日", Fixed(7, 1)),
    one("建军节 八一建军节 八一节", Fixed(8, 1)),
    one("抗战胜利纪念日 中国人民抗日战争胜利纪念日", Fixed(9, 3)),
    one("教师节", Fixed(9, 10)),
    one("烈士纪念日", Fixed(9, 30)),
    one("双十节 双十国庆", Fixed(10, 10)),
    one("记者节", Fixed(11, 8)),
    one("光棍节 双十一 双11 双十一购物节", Fixed(11, 11)),
    one("国家宪法日", Fixed(12, 4)),
    one("双十二 双12", Fixed(12, 12)),
    one("国家公祭日 南京大屠杀死难者国家公祭日", Fixed(12, 13)),
    one("澳门回归纪念日", Fixed(12, 20)),
    // Days kept around the world.
    one(
        "情人节 圣瓦伦丁节 瓦伦丁节 圣华伦泰节 瓦伦泰节 西洋情人节",
        Fixed(2, 14),
    ),
    one("白色情人节", Fixed(3, 14)),
    one("圣帕特里克节 圣帕特里克日 圣帕特里克", Fixed(3, 17)),
    one("愚人节", Fixed(4, 1)),
    one("世界地球日 地球日", Fixed(4, 22)),
    one("世界读书日 世界图书日", Fixed(4, 23)),
    one("国际护士节 护士节", Fixed(5, 12)),
    one("世界无烟日 世界无烟草日", Fixed(5, 31)),
    one("世界环境日", Fixed(6, 5)),
    one("仲夏节", Fixed(6, 24)),
    one("联合国日", Fixed(10, 24)),
    one("万圣节 万圣节前夜 万圣夜 万圣节前夕", Fixed(10, 31)),
    one("诸圣节 诸圣日 万圣日 诸圣瞻礼", Fixed(11, 1)),
    one("万灵节 追思节 诸灵节 亡灵节", Fixed(11, 2)),
    one("世界艾滋病日", Fixed(12, 1)),
    one("国际人权日 世界人权日", Fixed(12, 10)),
    one("平安夜 圣诞夜 圣诞前夕 圣诞节前夕 圣诞前夜", Fixed(12, 24)),
    one("圣诞节 圣诞 圣诞日 耶诞节 耶稣诞辰", Fixed(12, 25)),
    one("节礼日 拆礼物日", Fixed(12, 26)),
    one("跨年夜 新年前夕 新年前夜 元旦前夕", Fixed(12, 31)),
    one("主显节 主显日 三王节 三王来朝日", Fixed(1, 6)),
    one("圣母升天节 圣母升天日", Fixed(8, 15)),
    one(
        "马丁·路德·金纪念日 马丁路德金纪念日 马丁·路德·金日",
        Weekday(1, 3, 1, 0),
    ),
    one("总统日 总统节", Weekday(2, 3, 1, 0)),
    one("母亲节", Weekday(5, 2, 7, 0)),
    one("阵亡将士纪念日", Weekday(5, -1, 1, 0)),
    one("父亲节", Weekday(6, 3, 7, 0)),
    one("哥伦布日", Weekday(10, 2, 1, 0)),
    one("感恩节", Weekday(11, 4, 4, 0)),
    one("黑色星期五", Weekday(11, 4, 4, 1)),
    one("网络星期一", Weekday(11, 4, 4, 4)),
    many("全球青年服务日 世界青年服务日", Weekday(4, 4, 5, 0), 3, 3),
    // Christian feasts.
    one(
        "油腻星期二 忏悔星期二 忏悔火曜日 忏悔节 薄饼日 煎饼星期二 肥美星期二",
        Easter(-47),
    ),
    one(
        "圣灰星期三 圣灰礼仪日 圣灰日 圣灰节 大斋首日 灰日 大斋节首日",
        Easter(-46),
    ),
    many("大斋期 大斋节 四旬期 四旬节 四旬斋", Easter(-46), 46, 46),
    one("棕枝主日 圣枝主日 棕榈主日 圣树节 圣枝节", Easter(-7)),
    one(
        "濯足节 濯足星期四 圣周四 圣周星期四 圣星期四 神圣周四 神圣星期四 设立圣餐日 主的晚餐日",
        Easter(-3),
    ),
    one(
        "耶稣受难日 耶稣受难节 受难节 主受难日 主受难节 圣周五 圣星期五 神圣周五 神圣星期五 沉默周五 沈默周五 受难日",
        Easter(-2),
    ),
    one(
        "圣周六 圣星期六 神圣周六 神圣星期六 复活节前夜 复活节前夕 耶稣受难日翌日 主受难节翌日 受难节翌日 主受难日翌日 耶稣受难节翌日",
        Easter(-1),
    ),
    one(
        "复活节 复活节星期日 主复活日 主复活节 复活主日 耶稣复活日 耶稣复活节 复活日",
        Easter(0),
    ),
    one("复活节星期一 复活节翌日 复活星期一", Easter(1)),
    one(
        "耶稣升天节 耶稣升天日 升天节 升天日 主升天日 主升天节 耶稣升天瞻礼",
        Easter(39),
    ),
    one(
        "圣灵降临节 圣灵降临日 五旬节 圣神降临节 圣神降临日 五旬主日",
        Easter(49),
    ),
    one(
        "圣灵降临节星期一 五旬节星期一 圣灵节庆日 圣神降临节星期一",
        Easter(50),
    ),
    one(
        "圣三一主日 三一主日 天主三一主日 天主圣三主日 圣三主日 圣三节 三一节",
        Easter(56),
    ),
    one(
        "基督圣体节 基督圣体圣血节 圣体节 圣体圣血节 基督圣体瞻礼",
        Easter(60),
    ),
    one(
        "拉匝路周六 拉撒路周六 拉撒路圣周六 拉匝路星期六 拉撒路星期六",
        OrthodoxEaster(-8),
    ),
    // Islamic feasts.
    one(
        "伊斯兰新年 伊斯兰历新年 伊斯兰教新年 回历新年 穆斯林新年",
        Islamic(1, 1),
    ),
    one("阿舒拉节 阿舒拉日", Islamic(1, 10)),
    one("圣纪节 圣纪 圣忌节 先知诞辰 先知穆罕默德诞辰", Islamic(3, 12)),
    one("登霄节 夜行登霄节 升霄节 登霄夜", Islamic(7, 27)),
    one("白拉特夜 拜拉特夜", Islamic(8, 15)),
    many(
        "斋月 穆斯林斋月 伊斯兰斋月 伊斯兰教斋月 回历斋月 拉马丹 莱麦丹月",
        Islamic(9, 1),
        30,
        30,
    ),
    one("盖德尔夜 尊贵之夜", Islamic(9, 27)),
    one("开斋节 尔代节 肉孜节 尔德节 开斋日", Islamic(10, 1)),
    one("古尔邦节 宰牲节 忠孝节 哈芝节 哈吉节 宰牲日", Islamic(12, 10)),
    // Jewish feasts.
    many("犹太新年 犹太历新年 犹太教新年 岁首节 吹角节", Hebrew(7, 1), 3, 3),
    one("赎罪日", Hebrew(7, 10)),
    many("住棚节 收藏节 结茅节", Hebrew(7, 15), 8, 8),
    one("圣会节 严肃会", Hebrew(7, 22)),
    one(
        "转经节 西赫托拉节 妥拉节 律法节 欢庆圣法节 诵经节 欢庆妥拉节",
        Hebrew(7, 23),
    ),
    many(
        "光明节 哈努卡节 修殿节 献殿节 烛光节 马加比节 犹太教灯节",
        Hebrew(9, 25),
        8,
        8,
    ),
    one("犹太植树节 图比舍巴特节 树木新年 犹太教植树节", Hebrew(11, 15)),
    one("普珥节 普林节", Hebrew(12, 14)),
    many("逾越节 无酵节", Hebrew(1, 15), 9, 9),
    one("以色列独立日 以色列国庆节 以色列国庆日", Independence),
    one("篝火节 犹太教篝火节 犹太篝火节", Hebrew(2, 18)),
    many(
        "七七节 沙夫幼特节 周日节 收获节 收割节 犹太五旬节",
        Hebrew(3, 6),
        3,
        3,
    ),
    one("圣殿被毁日 圣殿节 犹太圣殿被毁日", Hebrew(5, 9)),
    // Feasts of India; the harvest feast has four days around the second.
    one(
        "排灯节 万灯节 屠妖节 印度排灯节 印度屠妖节 印度光明节 灯节",
        Moon(10, 17, Phase::New, 0, 0),
    ),
    one("克哈特普迦节 克哈特普迦 太阳神节", Moon(10, 17, Phase::New, 0, 6)),
    one("十胜节 凯旋节 德喜合拉节", Moon(10, 17, Phase::New, -2, 10)),
    many(
        "九夜节 难近母节 杜尔迦节 纳瓦拉特里节",
        Moon(10, 17, Phase::New, -2, 1),
        10,
        10,
    ),
    one(
        "印度兄妹节 拉克沙班丹节 兄妹节 保护绳节",
        Moon(10, 17, Phase::New, -5, 0),
    ),
    one(
        "洒红节 侯丽节 荷丽节 胡里节 霍利节 好利节 五彩节 欢悦节 撒红节",
        Moon(2, 27, Phase::Full, 0, 0),
    ),
    one(
        "卫塞节 比萨宝蕉节 维萨卡节 卫塞日 佛陀日",
        Moon(4, 27, Phase::Full, 0, 0),
    ),
    one("庞格尔节第一天 印度丰收节第一天 淡米尔丰收节第一天", Fixed(1, 13)),
    one(
        "庞格尔节 印度丰收节 淡米尔丰收节 泰米尔丰收节 庞格尔节第二天 印度丰收节第二天 淡米尔丰收节第二天",
        Fixed(1, 14),
    ),
    one("庞格尔节第三天 印度丰收节第三天 淡米尔丰收节第三天", Fixed(1, 15)),
    one("庞格尔节第四天 印度丰收节第四天 淡米尔丰收节第四天", Fixed(1, 16)),
];

/// Solar terms from 小寒 in January on; 清明 is among the holidays.
pub(super) const SOLAR_TERMS: [&str; 24] = [
    "小寒", "大寒", "立春", "雨水", "惊蛰", "春分", "清明", "谷雨", "立夏", "小满", "芒种", "夏至", "小暑",
    "大暑", "立秋", "处暑", "白露", "秋分", "寒露", "霜降", "立冬", "小雪", "大雪", "冬至",
];

/// When a holiday of `days` days falls in the Gregorian `year`.
pub(super) fn when(rule: Rule, days: u8, year: i16) -> Option<When> {
    let first = rule_date(rule, year)?;
    if days <= 1 {
        return Some(When::Period(Period::Day(first)));
    }
    let last = add_days(first, i32::from(days) - 1)?;
    Some(When::Range(Period::Day(first), Period::Day(last)))
}

fn rule_date(rule: Rule, year: i16) -> Option<Date> {
    match rule {
        Fixed(month, of_month) => day(year, month, of_month),
        Weekday(month, count, weekday, after) => add_days(nth_weekday(year, month, count, weekday)?, after),
        Lunar(month, of_month) => lunar::date(year, month, false, of_month),
        // The Chinese year that ends in `year` began in the year before.
        NewYearsEve => lunar::new_years_eve(year - 1),
        SolarTerm(index, after) => add_days(lunar::solar_term(year, index)?, after),
        Easter(after) => add_days(easter(year)?, after),
        OrthodoxEaster(after) => add_days(orthodox_easter(year)?, after),
        Islamic(month, of_month) => islamic_date(year, month, of_month),
        Moon(month, of_month, phase, half_lunations, after) => add_days(
            moon::evening_of(year, month, of_month, phase, half_lunations)?,
            after,
        ),
        Hebrew(month, of_month) => add_days(hebrew_date(year, month, of_month)?, -1),
        Independence => add_days(independence_of_israel(year)?, -1),
    }
}

/// The `count`th `weekday` (Monday = 1) of a month, from its end if negative.
pub(super) fn nth_weekday(year: i16, month: i8, count: i8, weekday: i8) -> Option<Date> {
    let weekday = jiff::civil::Weekday::from_monday_one_offset(weekday).ok()?;
    day(year, month, 1)?.nth_weekday_of_month(count, weekday).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, year: i16) -> String {
        let holiday = HOLIDAYS
            .iter()
            .find(|holiday| holiday.names.split(' ').any(|n| n == name))
            .unwrap();
        when(holiday.rule, holiday.days, year).unwrap().to_string()
    }

    #[test]
    fn holidays_of_many_calendars() {
        for (name, year, value) in [
            ("国庆节", 2024, "2024-10-01"),
            ("春节", 2024, "2024-02-10"),
            ("除夕", 2024, "2024-02-09"),
            ("腊八节", 2013, "2014-01-08"),
            ("中秋节", 2023, "2023-09-29"),
            ("感恩节", 2024, "2024-11-28"),
            ("黑色星期五", 2024, "2024-11-29"),
            ("母亲节", 2024, "2024-05-12"),
            ("阵亡将士纪念日", 2024, "2024-05-27"),
            ("复活节", 2013, "2013-03-31"),
            ("耶稣受难日", 2024, "2024-03-29"),
            ("开斋节", 2013, "2013-08-08"),
            ("古尔邦节", 2013, "2013-10-15"),
            ("犹太新年", 2018, "2018-09-09/2018-09-11"),
            ("光明节", 2018, "2018-12-02/2018-12-09"),
            ("逾越节", 2018, "2018-03-30/2018-04-07"),
        ] {
            assert_eq!(of(name, year), value, "{name} {year}");
        }
    }

    #[test]
    fn names_are_simplified_and_unique() {
        let mut names: Vec<&str> = HOLIDAYS
            .iter()
            .flat_map(|holiday| holiday.names.split(' '))
            .collect();
        for name in &names {
            assert_eq!(crate::text::fold_str(name), **name);
        }
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
